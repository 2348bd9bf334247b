"""What one would write in Python: the gateway's two routes with FastAPI and httpx."""

import os
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request, Response


@asynccontextmanager
async def upstream(app: FastAPI):
    headers = {"x-luma-api-key": "bench"}
    async with httpx.AsyncClient(base_url=os.environ["BENCH_UPSTREAM"], headers=headers, timeout=30) as client:
        app.state.luma = client
        yield


app = FastAPI(lifespan=upstream)


@app.get("/health")
async def health():
    return {"status": "healthy", "service": "peer", "version": "1.0.0"}


@app.get("/events/{event_id}")
async def event(event_id: str, request: Request):
    answer = await request.app.state.luma.get("/v1/events/get", params={"event_id": event_id})
    return Response(answer.content, answer.status_code, media_type="application/json")
