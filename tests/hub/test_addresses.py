"""Addresses come down to one form, however people and providers write them."""

import pytest

from hub.clients import addresses
from hub.errors import InvalidError

OURS = "+380671234567"


@pytest.mark.parametrize(
    "written",
    [
        "067 123 45 67",
        "+38 (067) 123-45-67",
        "00380671234567",
        "8 (067) 123-45-67",
        "80671234567",
        "067 123 45 67 (Viber)",
        "067 123-45-67, Олена",
        "067 123 45 67 дод. 12",
        "тел. 0671234567 після 18:00",
    ],
)
def test_a_number_is_the_same_however_one_writes_it(written) -> None:
    assert addresses.check("phone", written, country="UA") == OURS


@pytest.mark.parametrize(
    "written",
    ["12345", "замовлення 0671234567890", "067 123 45 67 / 050 111 22 33", "Viber", ""],
)
def test_what_is_no_number_or_several_is_refused(written) -> None:
    with pytest.raises(InvalidError):
        addresses.check("phone", written, country="UA")


@pytest.mark.parametrize(
    ("written", "country"),
    [("10060", "UA"), ("3700", "UA"), ("72404", "US"), ("Zatyshok", "UA")],
)
def test_a_sender_that_is_no_number_stays_as_it_is(written, country) -> None:
    assert addresses.normalise("phone", written, country=country) == written


def test_mail_is_compared_in_one_spelling() -> None:
    for written in (" олена@пошта.укр ", "олена@xn--80a1acn3a.xn--j1amh"):
        found = addresses.normalise("email", written, country="UA")

        assert found == "олена@пошта.укр"
