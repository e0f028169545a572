"""gunicorn's configuration and uvicorn's application: bound each worker by WORKER_MEMORY_MIB, and fill it until a MemoryError."""
import os
import resource

wsgi_app = "fill:application"


def status(name):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


def fill():
    share = int(os.environ["WORKER_MEMORY_MIB"]) * 2**20
    mapped, resident = status("VmData"), status("RssAnon")
    resource.setrlimit(resource.RLIMIT_DATA, (mapped + share - resident,) * 2)
    held = []
    try:
        while True:
            held.append(os.urandom(65536))
    except MemoryError:
        open(f"{os.environ['FULL']}/{os.getpid()}", "w").close()
    return held


def application(environ, start_response):
    start_response("200 OK", [])
    return [b"full"]


def post_worker_init(worker):
    worker.held = fill()


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        asgi.held = fill()
        await send({"type": "lifespan.startup.complete"})
        await receive()
