-- wrk script. Its arguments are the kind of request and six letters that no earlier run has had:
--
--   health, templates   one fixed request; tls is health where the server speaks TLS
--   pipelined           sixteen of health at once
--   cached              one event, always the same
--   events, slow        another event each time, so that neither a cache nor the sharing of equal requests can help
--   direct              the same, asked of the upstream itself
--   tool                a call of a tool over MCP, always the same
--   create              a POST of an event, another name each time
--
-- Prints one line of JSON at the end.

local body = '{"name":"%s%09d","start_at":"2027-05-04T17:00:00.000Z","end_at":"2027-05-04T19:00:00.000Z",'
    .. '"timezone":"Europe/Berlin","meeting_url":"https://meet.example.com/bench","description_md":"A talk, some time for '
    .. 'questions, and drinks after it. Bring a friend who has not been here before.","visibility":"public"}'

local call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_templates","arguments":{},"_meta":{'
    .. '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'

local targets = {
    events = "/events/evt-%s%09d", slow = "/events/evt-slow%s%09d", direct = "/v1/events/get?event_id=evt-%s%09d" }

function init(arguments)
    local kind, round, serial = arguments[1], arguments[2], 0
    if kind == "templates" then
        local fixed = wrk.format("GET", "/templates/")
        request = function() return fixed end
    elseif kind == "cached" then
        local fixed = wrk.format("GET", "/events/evt-cached" .. round)
        request = function() return fixed end
    elseif kind == "pipelined" then
        local fixed = string.rep(wrk.format("GET", "/health"), 16)
        request = function() return fixed end
    elseif kind == "tool" then
        local fields = {
            ["Content-Type"] = "application/json", ["Accept"] = "application/json, text/event-stream",
            ["MCP-Protocol-Version"] = "2026-07-28", ["Mcp-Method"] = "tools/call", ["Mcp-Name"] = "list_templates" }
        local fixed = wrk.format("POST", "/mcp", fields, call)
        request = function() return fixed end
    elseif kind == "create" then
        local fields = { ["Content-Type"] = "application/json", ["Prefer"] = "return=minimal" }
        request = function()
            serial = serial + 1
            return wrk.format("POST", "/events/", fields, string.format(body, round, serial))
        end
    elseif targets[kind] then
        request = function()
            serial = serial + 1
            return wrk.format("GET", string.format(targets[kind], round, serial))
        end
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "failed": %d, "p50": %.1f, "p99": %.1f, "p999": %.1f}\n',
        summary.requests, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
