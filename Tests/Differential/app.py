"""Reads each request to its end and answers 200: what h11, under uvicorn, takes for a request."""


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return
        if not event.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"7")]})
    await send({"type": "http.response.body", "body": b"served\n"})
