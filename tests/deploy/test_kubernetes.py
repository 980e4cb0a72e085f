"""The manifests: valid, and what they say of the bot is true of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
MANIFESTS = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml")


def loaded(name: str) -> Any:
    """The one object of a file."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pod() -> Any:
    """The pod as the Deployment describes it."""
    return loaded("deployment.yaml")["spec"]["template"]["spec"]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_it_keeps_to_the_schema(path: Path) -> None:
    """Kubernetes' own schema, strictly: an unknown field is an error."""
    (manifest,) = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_the_kustomization_names_what_is_there() -> None:
    """All manifests, but for the Secret: a pattern that must not overwrite a real one."""
    named = set(loaded("kustomization.yaml")["resources"])
    assert named == {path.name for path in MANIFESTS if not path.name.endswith(".example.yaml")}


def test_there_is_never_a_second_bot() -> None:
    """One replica, and the old one ends first: they would share a token and a data folder."""
    spec = loaded("deployment.yaml")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_the_pod_may_do_little(pod: Any) -> None:
    """The restricted pod security standard is met, the root is read-only, and there is no token for the cluster."""
    (bot,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert bot["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert bot["resources"]["limits"].keys() >= {"cpu", "memory"}


def test_the_names_agree(pod: Any) -> None:
    """Volumes, claim, secret, configuration and labels point at what the other files define."""
    (bot,) = pod["containers"]
    assert {each["name"] for each in bot["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    places = {each["name"]: each["mountPath"] for each in bot["volumeMounts"]}
    volumes = {each["name"]: each for each in pod["volumes"]}
    assert places["data"] == "/data"
    assert volumes["data"]["persistentVolumeClaim"]["claimName"] == loaded("pvc.yaml")["metadata"]["name"]
    secret = loaded("secret.example.yaml")
    assert volumes["secret"]["secret"]["secretName"] == secret["metadata"]["name"]
    (key,) = secret["stringData"]
    assert {"name": "DISCORD_TOKEN_FILE", "value": f"{places['secret']}/{key}"} in bot["env"]
    assert bot["envFrom"] == [{"configMapRef": {"name": loaded("configmap.yaml")["metadata"]["name"]}}]
    labels = loaded("deployment.yaml")["spec"]["template"]["metadata"]["labels"]
    assert loaded("networkpolicy.yaml")["spec"]["podSelector"]["matchLabels"] == labels


def test_the_user_is_the_images(pod: Any) -> None:
    """The same number as in the Dockerfile, so that the volume is theirs."""
    user = pod["securityContext"]["runAsUser"]
    assert f"\nUSER {user}:{pod['securityContext']['fsGroup']}\n" in (ROOT / "deploy/Dockerfile").read_text()


def test_the_probes_reach_the_pages(pod: Any) -> None:
    """The pages listen beyond loopback, on the port that is probed and that the network policy lets in."""
    (bot,) = pod["containers"]
    settings = loaded("configmap.yaml")["data"]
    (port,) = bot["ports"]
    assert settings["HTTP_HOST"] == "0.0.0.0"  # noqa: S104 - what the pod is told
    assert settings["HTTP_PORT"] == str(port["containerPort"])
    paths = {name: bot[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {each["port"] for each in paths.values()} == {port["name"]}
    assert [each["path"] for each in paths.values()] == ["/healthz", "/healthz", "/readyz"]
    (incoming,) = loaded("networkpolicy.yaml")["spec"]["ingress"]
    assert incoming["ports"] == [{"protocol": "TCP", "port": port["containerPort"]}]
    assert settings["PULLQUOTE_THREADS"] == bot["resources"]["limits"]["cpu"]


def test_little_gets_out() -> None:
    """Names, HTTPS outside of the cluster, and a Chroma server beside it."""
    policy = loaded("networkpolicy.yaml")["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    ports = sorted((rule["ports"][0]["port"], "to" in rule) for rule in policy["egress"])
    assert ports == [(53, False), (443, True), (8000, True)]
