import Core
import Foundation
import Testing

/// A cancel that Luma has done and whose answer was lost. Luma answers for the event that is gone as for one that its key
/// does not see, and by that the cancel is found to be done.
@Suite struct LostCancelJourneyTests {
    private static let faults: JSON = ["rules": ["reset,after,on=events/cancel,limit=1"]]

    private static func create(_ gateway: String) async throws -> String {
        let event: JSON = ["name": "Lost", "start_at": "2027-07-01T19:00:00Z", "timezone": "UTC"]
        let created = try await curlJSON("POST", gateway + "/events/", event)
        return gateway + (try #require(created.field("location")))
    }

    @Test(arguments: [[], ["-H", "Idempotency-Key: c"]]) func theRequestItselfFindsThatItIsDone(key: [String])
        async throws
    {
        let gateway = try await RunningGateway.start(.standAlone)
        let url = try await Self.create(gateway.address)
        let sandbox = try #require(gateway.sandboxAddress)
        #expect(try await curlJSON("PUT", sandbox + "/_sandbox/faults", Self.faults).status == 200)
        let canceled = try await curl(["-X", "DELETE", url] + key)
        #expect(canceled.status == 200 && canceled.json?["status"] == "canceled", "\(canceled.body)")
        #expect(try await curl(sandbox + "/_sandbox/state").json?["cancels"] == 1)
        #expect(try await curl(gateway.address + "/health").status == 200)
        let again = try await curl(["-X", "DELETE", url] + key)
        #expect(again.status == (key.isEmpty ? 403 : 200), "\(again.body)")
    }

    /// The gateway is killed while it cannot look.
    @Test(arguments: [false, true]) func aRestartFindsThatItIsDone(hasKey: Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try await RunningGateway.start(.standAlone, environment: ["LUMA_DATA_DIR": folder.path])
        let url = try await Self.create(first.address)
        let sandbox = try #require(first.sandboxAddress)
        let blind: JSON = ["rules": ["reset,after,on=events/cancel,limit=1", "status=503,on=events/get"]]
        #expect(try await curlJSON("PUT", sandbox + "/_sandbox/faults", blind).status == 200)
        let key = hasKey ? ["-H", "Idempotency-Key: c"] : []
        let lost = try await curl(["-X", "DELETE", url, "-H", "X-Request-Timeout: 6"] + key)
        #expect(lost.status == 504 && lost.json?["reason"] == "outcome_unknown", "\(lost.body)")
        first.program.signal(SIGKILL)
        _ = try await first.program.exitCode()
        #expect(try await curl("-X", "DELETE", sandbox + "/_sandbox/faults").status == 200)

        let second = try Program(
            ["serve"],
            environment: [
                "LUMA_PORT": "0", "LUMA_API_KEY": "secret-journey", "LUMA_DATA_DIR": folder.path,
                "LUMA_BASE_URL": sandbox, "LUMA_LOG_FORMAT": "json",
            ])
        let address = try await second.address()
        let path = try #require(URL(string: url)?.path)
        try await eventually("the cancel is settled") {
            second.standardError.contains("The outcome of a write was determined")
        }
        let answer = try await curl(["-X", "DELETE", address + path] + key)
        #expect(answer.status == (hasKey ? 200 : 403), "\(answer.body)")
        if hasKey {
            #expect(answer.json?["status"] == "canceled")
        } else {
            expectErrorShape(answer, reason: "event_not_accessible")
        }
        #expect(try await curl(sandbox + "/_sandbox/state").json?["cancels"] == 1)
    }

    /// While the journal knows it, who asks for an event that was cancelled here hears so.
    @Test func anEventThatWasCancelledHereIsToldAsThat() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let url = try await Self.create(gateway.address)
        #expect(try await curl("-X", "DELETE", url).status == 200)
        for arguments in [
            ["-X", "DELETE", url], [url], [url + ".ics"], ["-X", "PATCH", url, "--json", #"{"name":"x"}"#],
        ] {
            let answer = try await curl(arguments)
            #expect(answer.status == 403)
            expectErrorShape(answer, reason: "event_not_accessible")
            #expect(
                answer.json?["error"]?.stringValue?.contains("; it was cancelled here at 20") == true, "\(answer.body)")
            #expect(answer.json?["details"]?["cancelled_at"]?.stringValue?.hasSuffix("Z") == true)
        }
        let other = try await curl(gateway.address + "/events/evt-other")
        #expect(other.status == 403 && other.json?["details"]?["cancelled_at"] == nil)
    }

    /// What a person sees of an id that is wrong, on each surface.
    @Test func anUnknownEventIsToldWithTheHint() async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let url = gateway.address + "/events/evt-doesnotexist0"
        for arguments in [[url], ["-X", "DELETE", url], ["-X", "PATCH", url, "--json", #"{"name":"x"}"#]] {
            let answer = try await curl(arguments)
            #expect(answer.status == 403)
            expectErrorShape(answer, reason: "event_not_accessible")
            #expect(answer.json?["error"]?.stringValue?.contains("the id may be wrong") == true)
            #expect(answer.json?["details"]?["luma"]?["message"] == "You don't have access to this event.")
        }
        #expect(try await curl(gateway.address + "/health").status == 200)
        let command = try Program(
            ["events", "get", "evt-doesnotexist0"], environment: ["LUMA_GATEWAY_URL": gateway.address])
        #expect(try await command.exitCode() == 66)
        #expect(command.standardError.contains("You don't have access to this event."))
    }
}
