-- wrk script. Its argument is the route: "health" sends one fixed request; "events" asks for another
-- event each time, so that neither a cache nor the sharing of equal requests can help.
-- Prints one line of JSON at the end.

function init(arguments)
    if arguments[1] == "events" then
        local serial = 0
        local round = arguments[2]
        function request()
            serial = serial + 1
            return wrk.format("GET", string.format("/events/evt-%s%09d", round, serial))
        end
    end
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %.6f, "failed": %d, "p50": %.1f, "p99": %.1f}\n',
        summary.requests, summary.duration / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
