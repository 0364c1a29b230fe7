"""Instruments on VXI-11 and HiSLIP, as far as PyVISA-py asks for it: what a line is answered is a function's to say."""

import contextlib
import socket
import struct
import threading

CREATE, WRITE, READ = 10, 11, 12
END = 4
TIMED_OUT = 15


class LanHost:
    """Serves clients on threads; `fault` of its answers: "" for none, "silent", "drip" or "hang up"."""

    def __init__(self, answer):
        self.answer = answer
        self.fault = ""
        self._ended = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.05)
        self.number = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self):
        self._ended.set()
        for thread in tuple(self._threads):
            thread.join()
        self._server.close()

    def _accept(self):
        while not self._ended.is_set():
            try:
                client, _ = self._server.accept()
            except TimeoutError:
                continue
            client.settimeout(0.05)
            thread = threading.Thread(target=self._serve_safely, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve_safely(self, client):
        with client, contextlib.suppress(OSError, EOFError):
            self.serve(client)

    def take(self, client, count):
        """Return so many bytes; raise EOFError when the client is gone."""
        data = b""
        while len(data) < count:
            try:
                more = client.recv(count - len(data))
            except TimeoutError:
                if self._ended.is_set():
                    raise EOFError from None
                continue
            if not more:
                raise EOFError
            data += more
        return data

    def give(self, client, data):
        """Send what answers a reading, in the way of the fault."""
        if self.fault == "silent":
            return
        if self.fault == "hang up":
            raise EOFError
        if self.fault == "drip":
            for byte in data:
                if self._ended.wait(0.1):
                    return
                client.sendall(bytes([byte]))
            return
        client.sendall(data)


class Vxi11Host(LanHost):
    """VXI-11 without a port mapper: the port stands behind the host's name."""

    @property
    def port(self):
        return f"TCPIP::127.0.0.1,{self.number}::inst0::INSTR"

    def serve(self, client):
        said = b""
        while True:
            (mark,) = struct.unpack(">I", self.take(client, 4))
            record = self.take(client, mark & 0x7FFFFFFF)
            xid, _, _, _, _, procedure = struct.unpack(">6I", record[:24])
            body = record[40:]  # behind two empty credentials
            if procedure == WRITE:
                (size,) = struct.unpack(">I", body[16:20])
                said += b"".join(map(self.answer, body[20 : 20 + size].splitlines()))
                self._reply(client, xid, struct.pack(">iI", 0, size))
            elif procedure == CREATE:
                self._reply(client, xid, struct.pack(">iiII", 0, 7, 0, 4096))
            elif procedure == READ:
                whole, said = said, b""
                error = 0 if whole else TIMED_OUT
                padded = whole + b"\0" * (-len(whole) % 4)
                reply = struct.pack(">iiI", error, END if whole else 0, len(whole)) + padded
                self._reply(client, xid, reply, self.give)
            else:
                self._reply(client, xid, struct.pack(">i", 0))

    @staticmethod
    def _reply(client, xid, body, give=socket.socket.sendall):
        record = struct.pack(">6I", xid, 1, 0, 0, 0, 0) + body
        give(client, struct.pack(">I", len(record) | 1 << 31) + record)


class HislipHost(LanHost):
    """HiSLIP in its synchronised mode."""

    _HEADER = "!2sBBIQ"

    @property
    def port(self):
        return f"TCPIP::127.0.0.1::hislip0,{self.number}::INSTR"

    def serve(self, client):
        while True:
            _, kind, _, parameter, length = struct.unpack(self._HEADER, self.take(client, 16))
            body = self.take(client, length)
            if kind == 0:
                self._say(client, 1, (0x0100 << 16) | 1)
            elif kind == 17:
                self._say(client, 18, 0)
            elif kind == 15:
                self._say(client, 16, 0, struct.pack("!Q", 1 << 20))
            elif kind == 7 and (answered := b"".join(map(self.answer, body.splitlines()))):
                self._say(client, 7, parameter, answered, self.give)

    def _say(self, client, kind, parameter, body=b"", give=socket.socket.sendall):
        give(client, struct.pack(self._HEADER, b"HS", kind, 0, parameter, len(body)) + body)
