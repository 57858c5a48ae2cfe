"""A name server over loopback that knows what a test tells it."""

import asyncio
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class _Zone(asyncio.DatagramProtocol):
    def __init__(self, records, *, silent) -> None:
        self.records = records
        self.silent = silent
        self.asked = []

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data, address) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if self.silent:
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        kind = dns.rdatatype.to_text(question.rdtype)
        known = self.records.get((name, kind))
        if known:
            answer.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", kind, *known)
            )
        elif not any(one.endswith(name) for one, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), address)


@asynccontextmanager
async def name_server(records, *, silent=False):
    """Serve records by (name, kind); give the server's address as settings write it."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Zone(records, silent=silent), local_addr=("127.0.0.1", 0)
    )
    try:
        yield "127.0.0.1:{}".format(transport.get_extra_info("sockname")[1])
    finally:
        transport.close()
