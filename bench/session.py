"""One visitor without a browser: Streamlit's websocket protocol and the stage's own connection,
as the front end speaks them."""

import asyncio
import json
import struct
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 30.0
# As many parts as a browser keeps (ui/live/wire.js).
KEPT = 96
INTERRUPTED = ForwardMsg.FINISHED_EARLY_FOR_RERUN


class LostError(Exception):
    """A change that the server did not answer, or answered with something else."""


@dataclass
class Visitor:
    """A connected session of Optscope that moves the slider `knob`, named as the URL does.

    Its changes go over the stage's connection, or through Streamlit when it is not to be `direct`.
    """

    socket: ClientConnection
    knob: str
    direct: bool = True
    connection: ClientConnection | None = None
    token: str = ""
    page_hash: str = ""
    fragment: str = ""
    component: str = ""
    has: list[str] = field(default_factory=list)
    answered: int = 0
    sequence: int = 0

    @classmethod
    async def arrive(
        cls, port: int, knob: str, query: str = "", page: str = "", direct: bool = True
    ) -> "Visitor":
        """Connects, runs the page and reaches for the stage's connection."""
        socket = await connected(port, "_stcore/stream", subprotocols=["streamlit"])
        visitor = cls(socket, knob, direct)
        first = BackMsg()
        first.rerun_script.query_string = query
        first.rerun_script.page_name = page
        await visitor.exchange(first)
        if visitor.token and direct:
            visitor.connection = await connected(port, f"live/{visitor.token}")
        return visitor

    async def leave(self) -> None:
        for each in (self.connection, self.socket):
            if each:
                await each.close()

    async def exchange(self, message: BackMsg) -> int:
        """Sends a message and takes in the answers up to the end of the run; bytes of these."""
        await self.socket.send(message.SerializeToString())
        size = 0
        while True:
            data = await asyncio.wait_for(self.socket.recv(), PATIENCE)
            size += len(data)
            answer = ForwardMsg.FromString(data)
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self.page_hash = answer.new_session.page_script_hash
            elif kind == "delta":
                self.take(answer.delta)
            elif kind == "script_finished" and answer.script_finished != INTERRUPTED:
                return size

    def take(self, delta) -> None:
        """Notes what a browser would: which component holds the slider, which parts it keeps."""
        component = delta.new_element.bidi_component
        if not self.component and self.knob.encode() in component.bytes:
            self.component, self.fragment = component.id, delta.fragment_id
        if not self.component or component.id != self.component:
            return
        header = self.read(component.bytes)
        self.token = header["connection"] if header["answers"] else ""

    def read(self, message: bytes) -> dict:
        """The header of a message of the stage's, which numbers the change it answers."""
        (length,) = struct.unpack_from("<I", message)
        header = json.loads(message[4 : 4 + length])
        self.answered = header["sequence"]
        self.keep(header)
        self.has = self.has[-KEPT:]
        return header

    def keep(self, node) -> None:
        """Parts with a name are kept, the one last used at the end (ui/live/wire.js)."""
        if isinstance(node, dict):
            if "#" in node:
                self.has = [name for name in self.has if name != node["#"]] + [node["#"]]
            for child in node.values():
                self.keep(child)
        elif isinstance(node, list):
            for child in node:
                self.keep(child)

    async def change(self, value: float) -> int:
        """Moves the slider with a hand that still holds it; bytes of the answer.

        Raises LostError when the answer does not carry the number of this change.
        """
        self.sequence += 1
        live = {"values": {self.knob: value}, "settled": False, "has": self.has,
                "sequence": self.sequence}  # fmt: skip
        if self.direct and not self.connection:
            raise LostError("the stage has no connection")
        size = await (self.directly(live) if self.direct else self.through_streamlit(live))
        if self.answered != self.sequence:
            raise LostError(f"change {self.sequence} was not answered")
        return size

    async def directly(self, live: dict) -> int:
        await self.connection.send(json.dumps(live))
        answer = await asyncio.wait_for(self.connection.recv(), PATIENCE)
        self.read(answer)
        return len(answer)

    async def through_streamlit(self, live: dict) -> int:
        message = BackMsg()
        script = message.rerun_script
        script.page_script_hash, script.fragment_id = self.page_hash, self.fragment
        widget = script.widget_states.widgets.add()
        widget.id, widget.json_value = self.component, json.dumps({"live": live})
        return await self.exchange(message)


async def connected(port: int, path: str, **how) -> ClientConnection:
    return await connect(
        f"ws://127.0.0.1:{port}/{path}",
        max_size=None, compression=None, open_timeout=PATIENCE, **how,
    )  # fmt: skip


@dataclass
class PlainVisitor(Visitor):
    """The same on the usual app: a native slider, by its label; the whole script runs again."""

    def take(self, delta) -> None:
        element = delta.new_element
        if element.slider.label == self.knob:
            self.component = element.slider.id
        self.answered += element.WhichOneof("type") == "plotly_chart"

    async def change(self, value: float) -> int:
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page_hash
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.double_array_value.data[:] = self.component, [value]
        before = self.answered
        size = await self.exchange(message)
        if self.answered == before:
            raise LostError("the chart was not sent")
        return size
