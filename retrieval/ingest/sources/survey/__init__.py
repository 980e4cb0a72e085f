"""Survey of a folder for ``pullquote init``: what it holds, and the configuration that fits."""

from retrieval.ingest.sources.survey.folder_survey import Survey, survey_folder
from retrieval.ingest.sources.survey.template import render_config

__all__ = ["Survey", "render_config", "survey_folder"]
