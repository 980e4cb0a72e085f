"""A refused request gets its reason, and costs nothing that it did not get."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.observability.request_log import Source
from bot.services.admission import RefusedError, TooBusyError, check_query
from bot.services.permissions import Requester
from bot.store.guild_settings import GuildSettings
from tests.support.doubles.fake_articles import FakeArticles, open_services

ADA = Requester(user=1, guild=7, channel=70)


async def test_a_busy_bot_takes_no_token(tmp_path: Path) -> None:
    """Four refusals for want of a slot leave all three questions of a user's burst."""
    async with open_services(tmp_path, FakeArticles()) as services:
        slots = [services.admission.reserve() for _ in range(services.pool.capacity)]
        for _ in range(4):
            with pytest.raises(TooBusyError, match=r"busy, try again in \d+ s"):
                services.admission.accept(ADA, Source.COMMAND)
        for slot in slots:
            slot.release()
        for _ in range(3):
            services.admission.accept(ADA, Source.COMMAND).release()
        with pytest.raises(RefusedError, match=r"Try again in \d+ s"):
            services.admission.accept(ADA, Source.COMMAND)


async def test_roles_restrict_questions_but_not_lookups(tmp_path: Path) -> None:
    """A member without the role may still read articles."""
    async with open_services(tmp_path, FakeArticles()) as services:
        await services.records.save_guild_settings(7, GuildSettings(roles=frozenset({9})))
        with pytest.raises(RefusedError, match="certain roles"):
            services.admission.accept(ADA, Source.COMMAND)
        services.admission.permit_lookup(ADA)


async def test_a_closed_bot_refuses_everything(tmp_path: Path) -> None:
    """Questions and lookups both."""
    async with open_services(tmp_path, FakeArticles()) as services:
        services.admission.close()
        for attempt in (services.admission.permit_lookup, lambda who: services.admission.permit(who, Source.BUTTON)):
            with pytest.raises(RefusedError, match="restarted"):
                attempt(ADA)


def test_a_query_without_a_word_is_refused() -> None:
    """The reason is Markdown that is safe to send."""
    check_query("Who met?")
    with pytest.raises(RefusedError, match="no word"):
        check_query("?!")
