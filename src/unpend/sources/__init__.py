"""Text from files and tools, as what ought to be published. Pure: no disk, no network; text in, values out."""

from unpend.sources.decoding import decode_bytes
from unpend.sources.domain import DomainInput, read_domain
from unpend.sources.expectations import read_expected
from unpend.sources.merging import merge
from unpend.sources.provider_template import from_template
from unpend.sources.ses_tokens import from_tokens

__all__ = ["DomainInput", "decode_bytes", "from_template", "from_tokens", "merge", "read_domain", "read_expected"]
