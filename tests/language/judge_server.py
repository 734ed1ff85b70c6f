#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that answers POST /v1/chat/completions as the OpenAI protocol has it, for the tests: judge_server.py FOLDER.

Writes its port to FOLDER/port and each request (path, key, body) as a line of JSON to FOLDER/requests. What it answers depends on the
model asked for: "words" the percentage of the secret's words that the guess has; others what their name says.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

folder = Path(sys.argv[1])
asked = {}


def answer(model, question):
    """(status, content, whether it is wrapped as the protocol has it)"""
    asked[model] = asked.get(model, 0) + 1
    secret, guess = (set(question[name].lower().rstrip(".").split()) for name in ("secret", "guess"))
    number = str(round(100 * len(secret & guess) / max(1, len(secret))))
    if model == "fails-later":
        return (200, number, True) if asked[model] == 1 else (500, "no more", False)
    if model == "busy-first":
        return (429, "wait", False) if asked[model] == 1 else (200, number, True)
    return {
        "words": (200, number, True),
        "talks": (200, f"I would say {number} of 100.", True),
        "refuses": (401, '{"error": {"message": "wrong key"}}', False),
        "redirects": (307, "", False),
        "html": (200, "<html>hello</html>", False),
        "other-json": (200, '{"choices": []}', False),
        "no-number": (200, "It gives away a lot.", True),
        "too-large": (200, "1000", True),
    }[model]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with (folder / "requests").open("a") as file:
            file.write(json.dumps({"path": self.path, "key": self.headers["Authorization"], "body": body}) + "\n")
        status, content, wrapped = answer(body["model"], json.loads(body["messages"][-1]["content"]))
        sent = (json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}) if wrapped else content).encode()
        self.send_response(status)
        if status == 307:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
(folder / "port.part").write_text(str(server.server_port))
(folder / "port.part").rename(folder / "port")
server.serve_forever()
