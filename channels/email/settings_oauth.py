"""What the parts of ``[channels.email]`` share, and the one about tokens."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

Seconds = Annotated[float, Field(gt=0, le=3600)]


class Part(BaseModel):
    """A part of the section; a name that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OAuthSettings(Part):
    """Signing in by tokens (OAuth 2), as Gmail and Microsoft 365 want it."""

    provider: Literal["google", "microsoft", "other"] = Field(
        description="Who gives the tokens; it decides on token_url and scope.",
    )
    client_id: str = Field(
        min_length=1, description="The id of the app that was registered there."
    )
    client_secret: SecretStr | None = Field(
        None, description="The app's secret; some have none."
    )
    refresh_token: SecretStr | None = Field(
        None,
        description="What the mailbox's owner got when he let the app in. Without it"
        " the app signs in for itself (client credentials).",
    )
    tenant: str = Field(
        "common",
        pattern=r"^[\w.-]+$",
        description="Microsoft: the directory (tenant) id, or its domain.",
    )
    token_url: str = Field(
        "",
        pattern=r"^(https://|http://(localhost|127\.0\.0\.1)[:/]|$)",
        description="Where tokens are given; empty: where the provider gives them.",
    )
    scope: str = Field(
        "", description="What is asked for; empty: the provider's usual."
    )
    early: Seconds = Field(
        300.0, description="Seconds before its end that a token is renewed."
    )
    timeout: Seconds = Field(30.0, description="Seconds for the answer.")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.provider == "other" and not self.token_url:
            raise ValueError("provider other needs a token_url")
        if self.refresh_token is None:
            if self.provider == "google":
                raise ValueError("google needs a refresh_token")
            if self.client_secret is None:
                raise ValueError("without refresh_token a client_secret is needed")
            if self.provider == "microsoft" and self.tenant == "common":
                raise ValueError("without refresh_token the tenant is needed")
        return self
