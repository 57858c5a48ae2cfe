"""The REST interface ``/api/v1``.

How a route is made
-------------------
One noun is one module here. It makes a ``Routes`` and declares typed functions on it::

    routes = Routes(tag="conversations")

    class ReplyIn(Body):
        text: Annotated[str, Field(min_length=1, max_length=100_000)]
        seen: Cursor

    @routes.post(
        "/conversations/{conversation_id}/replies",
        right=Right.REPLY, status=201, idempotent=True,
    )
    async def reply(call: Call, conversation_id: int, body: ReplyIn) -> ReplyOut:
        # Its docstring is the documentation: the first line the summary.
        return await call.run(lambda uow: replies.reply(uow, conversation_id, ...))

and is named in the list ``MODULES`` of ``web/api/build.py``. Nothing else: the address,
the check of the right, the OpenAPI document and the table test follow.
``docs/contributing-api.md`` has the rules.
"""
