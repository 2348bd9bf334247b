"""What one would write in Python: the gateway's routes with FastAPI and httpx."""

import json
import os
from contextlib import asynccontextmanager
from datetime import datetime

import httpx
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field, HttpUrl


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


with open(os.environ["BENCH_TEMPLATES"], "rb") as file:
    templates = json.load(file)


class Event(BaseModel):
    model_config = {"extra": "forbid"}
    name: str = Field(min_length=1, max_length=200)
    start_at: datetime
    timezone: str
    end_at: datetime | None = None
    meeting_url: HttpUrl | None = None
    description_md: str | None = None
    visibility: str | None = None


@app.get("/templates/")
async def list_templates():
    return templates


@app.post("/events/", status_code=201)
async def create(event: Event, request: Request):
    answer = await request.app.state.luma.post("/v1/events/create", json=event.model_dump(mode="json", exclude_none=True))
    return Response(answer.content, 201 if answer.status_code == 200 else answer.status_code, media_type="application/json")


@app.get("/events/{event_id}")
async def event(event_id: str, request: Request):
    answer = await request.app.state.luma.get("/v1/events/get", params={"event_id": event_id})
    return Response(answer.content, answer.status_code, media_type="application/json")
