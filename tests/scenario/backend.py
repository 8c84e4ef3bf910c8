"""A scripted other side: an HTTP server that answers as a scenario says and remembers who asked what; and the objects
that call it.

    def answers(call):
        return json_answer(200, {"ready": True}) if call.method == "GET" else HANG_UP

    with Backend(answers) as backend:
        lab.put(config(backend.url), request("one", backend.url + "/things"))
"""
import base64
import collections
import http.server
import json
import ssl
import subprocess
import threading
import time

API = "cleura.m.crossplane.io/v1alpha2"
HANG_UP = None  # the answer is lost: the connection ends without one

Call = collections.namedtuple("Call", "at method path headers body")
Answer = collections.namedtuple("Answer", "status headers body")


def json_answer(status, document, **headers):
    """Retry_After="1" is header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"Content-Type": "application/json", **named}, json.dumps(document))


def not_found():
    """As Cleura says it."""
    return json_answer(404, {"error": {"code": 404, "message": "Not Found"}})


class Backend:
    """Use as a context manager. answers(call) gives an Answer or HANG_UP, in a thread of its own for each connection.
    certificate: a PEM file with certificate and key; then it speaks TLS."""

    def __init__(self, answers, certificate=None):
        self.calls = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler(answers))
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # whoever is killed while it asks
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server.server_address[1]}"

    def handler(self, answers):
        calls = self.calls

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                call = Call(time.monotonic(), self.command, self.path, dict(self.headers), body)
                calls.append(call)
                answer = answers(call)
                if answer is HANG_UP:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(answer.body.encode()))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body.encode())

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve

            def log_message(self, *_):
                pass

        return Handler

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def asked(self, method=None, path="", since=0):
        """Calls of a method whose path begins so."""
        return [call for call in list(self.calls)
                if method in (None, call.method) and call.path.startswith(path) and call.at >= since]


def self_signed(directory):
    """A certificate for 127.0.0.1 that nobody trusts yet: the file for Backend, and the CA's PEM."""
    key, certificate, both = (directory / name for name in ("key.pem", "certificate.pem", "both.pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    both.write_text(certificate.read_text() + key.read_text())
    return both, certificate.read_text()


# ---- objects ----------------------------------------------------------------------------------------------------------


def document(kind, name, spec):
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def config(endpoint, name="default", auth="None", **spec):
    return document("ProviderConfig", name, {"endpoint": endpoint, "auth": auth, **spec})


def account(endpoint, name="default", **spec):
    """A ProviderConfig that logs in, with its Secret."""
    yield secret("account", login="l", password="p")
    yield config(endpoint, name, "Cleura", credentials={"source": "Secret", "secretRef": {"name": "account"}}, **spec)


def secret(name, **data):
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {"name": name, "namespace": "default"},
            "data": encoded}


def request(name, base, config="default", by_answer=False, **more):
    """A Request for <base>/<name>, or <base>/<id> where the id is told by the creation's answer."""
    one = '.payload.baseUrl + "/" + ' + (".response.body.id" if by_answer else ".payload.body.name")
    provider = {"payload": {"baseUrl": base, "body": json.dumps({"name": name})},
                "mappings": [{"action": "OBSERVE", "method": "GET", "url": one},
                             {"action": "CREATE", "method": "POST", "url": ".payload.baseUrl", "body": ".payload.body"},
                             {"action": "REMOVE", "method": "DELETE", "url": one}],
                "pollInterval": "1s", "pollIntervalWhileNotReady": "500ms", **more}
    return document("Request", name, {"providerConfigRef": {"kind": "ProviderConfig", "name": config},
                                      "forProvider": provider})


def disposable(name, url, config="default", **more):
    return document("DisposableRequest", name, {"providerConfigRef": {"kind": "ProviderConfig", "name": config},
                                                "forProvider": {"url": url, "method": "POST", **more}})


def inject(name, **keys):
    """secretInjectionConfigs: Secret <name> with keys from jq programs."""
    return [{"secretRef": {"name": name, "namespace": "default"},
             "keyMappings": [{"secretKey": key, "responseJQ": program} for key, program in keys.items()]}]


class Things:
    """What a backend keeps under <base>/<name>: POST makes one, GET shows it, DELETE removes it."""

    def __init__(self):
        self.there = {}
        self.made = 0

    def __call__(self, call):
        if call.method == "POST":
            path = f"{call.path}/{json.loads(call.body)['name']}"
            if path in self.there:
                return json_answer(409, {"message": "exists"})
            self.made += 1
            self.there[path] = {"id": f"thing-{self.made}"}
            return json_answer(201, self.there[path])
        if call.path not in self.there:
            return not_found()
        return json_answer(200, self.there.pop(call.path) if call.method == "DELETE" else self.there[call.path])
