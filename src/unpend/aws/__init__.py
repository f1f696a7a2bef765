"""Amazon Web Services through boto3: clients, and their trouble in words. Shared by what reads SES and what writes."""

from unpend.aws.clients import Session, called, client_of, session_of
from unpend.aws.trouble import NotThereError

__all__ = ["NotThereError", "Session", "called", "client_of", "session_of"]
