"""What the other tests lean on: nothing that a page does wrong goes unheard."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("console.error('a fault')", "a fault"),
        ("void setTimeout(() => { throw new Error('uncaught') })", "uncaught"),
        ("alert('hello')", "dialog: hello"),
        ("fetch('http://outside.example/').catch(() => 0)", "Content Security Policy"),
        ("fetch('/api/v1/nowhere')", "404"),
        (
            "void document.body.insertAdjacentHTML('beforeend', '<img src=http://a.example/x>')",
            "a.example",
        ),
        ("void (location = 'http://outside.example/')", "left the origin"),
    ],
)
async def test_it_is_heard(screens, witness, script, complaint) -> None:
    screen = await screens.visit("/portal")

    await screen.page.evaluate(script)
    await witness.heard(complaint)

    # One fault may be told in several ways, and later.
    witness.forgive("")
    witness.complaints.clear()
