-- wrk script. Its arguments are the kind of request and six letters that no earlier run has had:
--
--   health, templates   one fixed request; tls is health where the server speaks TLS
--   pipelined           sixteen of health at once
--   cached              one event, always the same
--   events, slow        another event each time, so that neither a cache nor the sharing of equal requests can help
--   direct              the same, asked of the upstream itself
--   tool                a call of a tool over MCP, always the same
--   plugin              a call of the plugin echo
--   forwarded, own      a call of a tool that gives an event, another each time: one that is forwarded, and the gateway's own
--   list, list-rest     the first page of tools over MCP, all of them over REST
--   openapi             the description of the API, which is kept as it is sent
--   create              a POST of an event, another name each time
--
-- Prints one line of JSON at the end.

local body = '{"name":"%s%09d","start_at":"2027-05-04T17:00:00.000Z","end_at":"2027-05-04T19:00:00.000Z",'
    .. '"timezone":"Europe/Berlin","meeting_url":"https://meet.example.com/bench","description_md":"A talk, some time for '
    .. 'questions, and drinks after it. Bring a friend who has not been here before.","visibility":"public"}'

local message = '{"jsonrpc":"2.0","id":1,"method":"%s","params":{%s"_meta":{'
    .. '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'

local function mcp(method, tool)
    local fields = {
        ["Content-Type"] = "application/json", ["Accept"] = "application/json, text/event-stream",
        ["MCP-Protocol-Version"] = "2026-07-28", ["Mcp-Method"] = method, ["Mcp-Name"] = tool }
    local named = tool and string.format('"name":"%s","arguments":{},', tool) or ""
    return wrk.format("POST", "/mcp", fields, string.format(message, method, named))
end

local json = { ["Content-Type"] = "application/json" }

-- Tools that give an event.
local events = { forwarded = "bench_event", own = "get_event" }

-- What is the same each time.
local fixed = {
    templates = function() return wrk.format("GET", "/templates/") end,
    openapi = function() return wrk.format("GET", "/openapi.json") end,
    pipelined = function() return string.rep(wrk.format("GET", "/health"), 16) end,
    tool = function() return mcp("tools/call", "list_templates") end,
    plugin = function() return wrk.format("POST", "/tools/echo__say", json, '{"word":"hello"}') end,
    list = function() return mcp("tools/list") end,
    ["list-rest"] = function() return wrk.format("GET", "/tools/") end }

local targets = {
    events = "/events/evt-%s%09d", slow = "/events/evt-slow%s%09d", direct = "/v1/events/get?event_id=evt-%s%09d" }

function init(arguments)
    local kind, round, serial = arguments[1], arguments[2], 0
    if fixed[kind] then
        local text = fixed[kind]()
        request = function() return text end
    elseif kind == "cached" then
        local text = wrk.format("GET", "/events/evt-cached" .. round)
        request = function() return text end
    elseif events[kind] then
        request = function()
            serial = serial + 1
            return wrk.format("POST", "/tools/" .. events[kind], json, string.format('{"event_id":"evt-%s%09d"}', round, serial))
        end
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
        '{"requests": %d, "octets": %d, "seconds": %.6f, "failed": %d, "p50": %.1f, "p99": %.1f, "p999": %.1f}\n',
        summary.requests, summary.bytes, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
