"""Display of a slice: annotations, the text as a reader of the rendered document sees it, its elements and links."""

from retrieval.core.display.annotations import (
    Annotation,
    AnnotationIndex,
    AnnotationKind,
    Display,
    Piece,
    display,
    shown_line,
    within,
)

__all__ = ["Annotation", "AnnotationIndex", "AnnotationKind", "Display", "Piece", "display", "shown_line", "within"]
