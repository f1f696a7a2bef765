"""In which language a caller is answered: `?lang=`, else Accept-Language (RFC 9110 section 12.5.4), else English."""

from __future__ import annotations

from starlette.requests import Request

from unpend.model.text import Lang

MOST = 20


def language_of(request: Request) -> Lang:
    """English or Japanese."""
    asked = request.query_params.get("lang", "")
    if asked in {"en", "ja"}:
        return "ja" if asked == "ja" else "en"
    best: tuple[float, Lang] = (0.0, "en")
    for part in request.headers.get("accept-language", "").split(",")[:MOST]:
        tag, _, weight = part.strip().partition(";q=")
        primary = tag.partition("-")[0].lower()
        quality = (
            float(weight)
            if weight[:5].replace(".", "", 1).isdigit() and len(weight) <= 5
            else 1.0
            if not weight
            else 0.0
        )
        if primary in {"en", "ja"} and quality > best[0]:
            best = (quality, "ja" if primary == "ja" else "en")
    return best[1]
