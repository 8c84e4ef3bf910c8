"""What controllers of a cluster do, played by a thread of the test.

    class Cinder(Controllers):
        def look(self):
            for claim in self.items("/api/v1/namespaces/my-app/persistentvolumeclaims"): ...

    with Cinder(shoot): ...

As real ones do, they look again and again: what is refused, has changed meanwhile or is away now is tried again."""
import contextlib
import copy
import http.client
import threading

from lab import Failure


class Controllers(threading.Thread):
    """A subclass says what one look comes to."""

    def __init__(self, shoot, pause=0.2):
        super().__init__(daemon=True)
        self.shoot, self.pause, self.stopped, self.trouble = copy.copy(shoot), pause, threading.Event(), None
        self.shoot.connection = None  # a thread needs one of its own

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, error, trace):
        self.stopped.set()
        self.join(30)
        if kind and self.trouble:
            print(f"{type(self).__name__}, the last thing that went wrong: {self.trouble}")

    def run(self):
        with contextlib.closing(self.shoot):
            while not self.stopped.wait(self.pause):
                try:
                    self.look()
                except (Failure, OSError, http.client.HTTPException) as trouble:
                    self.trouble = trouble

    def look(self):
        raise NotImplementedError

    def items(self, path):
        """What is there now; nothing when the kind is not."""
        return (self.shoot.get(path) or {}).get("items", ())
