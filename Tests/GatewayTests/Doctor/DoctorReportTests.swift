import Core
import GatewayAPI
import Glibc
import HTTP
import LumaAPI
import LumaClient
import Store
import Testing

@testable import Gateway

@Suite struct DoctorReportTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    @Test func theWorstDecides() {
        var report = DoctorReport()
        #expect(report.verdict == .ok && report.verdict.exitCode == 0)
        report.add("settings", .ok, "fine")
        report.add("tls", .warning, "soon", advice: "Renew it.")
        #expect(report.verdict == .warning && report.verdict.exitCode == 1)
        #expect(report.text.hasSuffix("Passed with 1 warning."))
        report.add("luma", .failed, "gone", advice: "Look.")
        report.add("access", .ok, "fine")
        #expect(report.verdict == .failed && report.verdict.exitCode == 2)
        #expect(
            report.text == """
                ok       settings  fine
                warning  tls       soon
                             Renew it.
                failed   luma      gone
                             Look.
                ok       access    fine
                Failed: 1 failure, 1 warning.
                """)
        #expect(report.json["status"] == "failed")
        #expect(
            report.json["checks"]?.arrayValue?[1] == [
                "check": "tls", "status": "warning", "message": "soon", "advice": "Renew it.",
            ])
        #expect(report.json["checks"]?.arrayValue?[0] == ["check": "settings", "status": "ok", "message": "fine"])
    }

    /// Neither has a name that two want, and whoever can settle it hears of both.
    @Test(
        arguments: [
            ([:], nil), (["plugins": ["git__clone"], "forwarder:notes": ["find"]], nil),
            (
                ["plugins": ["x"], "forwarder:notes": ["x", "y"]],
                "x is defined by forwarder:notes and plugins, so none of them offers it"
            ),
            (["forwarder:notes": ["x", "x"]], "x is defined by forwarder:notes twice, so none of them offers it"),
            (
                ["forwarder:notes": ["own"]],
                "own is a built-in tool, so the one from forwarder:notes is not offered"
            ),
        ] as [([String: [String]], String?)])
    func namesThatSeveralWantAreTold(wanted: [String: [String]], message: String?) {
        var report = DoctorReport()
        report.addConflicts(of: wanted, builtIn: ["own"])
        #expect(report.findings.map(\.message) == [message].compactMap(\.self))
        #expect(report.verdict == (message == nil ? .ok : .warning))
        #expect(report.findings.allSatisfy { $0.advice != nil && $0.check == "tools" })
    }

    @Test(
        arguments: [
            (nil, .ok, "accepts the key"),
            (.authenticationRefused(status: 401, LumaMessage()), .failed, "LUMA_API_KEY"),
            (.planRequired(LumaMessage()), .failed, "Luma Plus"),
            (.rateLimited(retryAfterSeconds: 9), .warning, "Wait 9 seconds"), (.timedOut, .failed, "firewall"),
            (.upstreamFailure(status: 503), .failed, "503"), (.unreachable(.nameNotResolved), .failed, "DNS"),
            (.unreachable(.tlsFailed), .failed, "clock"), (.unreachable(.connectionRefused), .failed, "LUMA_BASE_URL"),
            (.malformedAnswer, .failed, "login page"), (.notFound(LumaMessage()), .failed, "LUMA_BASE_URL"),
        ] as [(LumaError?, DoctorReport.Verdict, String)])
    func lumaIsToldWithWhatToDo(failure: LumaError?, verdict: DoctorReport.Verdict, words: String) {
        var report = DoctorReport()
        report.addLuma(failure, host: "https://public-api.luma.com")
        #expect(report.verdict == verdict && report.text.contains(words), "\(report.text)")
        #expect((report.findings[0].advice == nil) == (verdict == .ok))
    }

    @Test(
        arguments: [
            (nil, .ok, "plausible"), (0, .ok, "as Luma says"), (-2000, .ok, "as Luma says"),
            (30_000, .warning, "30 seconds behind"), (-301_000, .failed, "301 seconds ahead"),
        ] as [(Int64?, DoctorReport.Verdict, String)])
    func theClock(offset: Int64?, verdict: DoctorReport.Verdict, words: String) {
        var report = DoctorReport()
        report.addClock(now: now, aheadOfUs: offset)
        #expect(report.verdict == verdict && report.text.contains(words), "\(report.text)")
        report = DoctorReport()
        report.addClock(now: Timestamp(milliseconds: 0), aheadOfUs: offset)
        #expect(report.verdict == .failed)
    }

    @Test(
        arguments: [
            (.absent, nil, .ok, "nothing is stored"), (.sound, nil, .ok, "is sound"),
            (.sound, .cannotOpen, .failed, "chown"), (.absent, .diskFull, .failed, "full"),
            (.damaged(["row 1 missing"]), nil, .failed, "row 1 missing"),
            (.wrongSchema("the table feed is missing"), nil, .failed, "the table feed is missing"),
            (.unusable(.newerVersion), nil, .failed, "newer"),
            (.unusable(.diskFull), nil, .failed, "Free some disk space"),
            (.unusable(.locked), nil, .failed, "Another program"),
        ] as [(StoreInspection, StoreFailure.Cause?, DoctorReport.Verdict, String)])
    func theStore(
        inspection: StoreInspection, refusal: StoreFailure.Cause?, verdict: DoctorReport.Verdict, words: String
    ) {
        var report = DoctorReport()
        report.addStore(inspection, folder: "data", refusal: refusal)
        #expect(report.verdict == verdict && report.text.contains(words), "\(report.text)")
    }

    @Test func gatewaysThatShareTheBudgetAreCounted() {
        var report = DoctorReport()
        for count in [0, 1] { report.addGateways(count) }
        #expect(report.findings.isEmpty)
        report.addGateways(3)
        #expect(report.verdict == .ok && report.text.contains("3 gateways"), "\(report.text)")
    }

    @Test(
        arguments: [(0, .warning, "0 days"), (1, .warning, "1 day"), (13, .warning, "SIGHUP"), (14, .ok, "14 days")]
            as [(Int, DoctorReport.Verdict, String)])
    func theCertificate(days: Int, verdict: DoctorReport.Verdict, words: String) {
        var report = DoctorReport()
        report.addCertificate(daysLeft: days)
        #expect(report.verdict == verdict && report.text.contains(words), "\(report.text)")
    }

    @Test(
        arguments: [
            (.free, .ok, "is free"), (.taken(by: "nginx (process 8)"), .failed, "in use by nginx (process 8)"),
            (.taken(by: nil), .failed, "another program"), (.refused("Ports below 1024"), .failed, "below 1024"),
            (.gateway(["status": "healthy"]), .ok, "healthy"),
            (.gateway(["status": "degraded", "store": ["cause": "disk_full"]]), .warning, "Free some disk space"),
            (.gateway(["error": "Luma cannot be reached", "reason": "upstream_unreachable"]), .failed, "Luma cannot"),
        ] as [(DoctorReport.Presence, DoctorReport.Verdict, String)])
    func thePort(presence: DoctorReport.Presence, verdict: DoctorReport.Verdict, words: String) {
        var report = DoctorReport()
        report.addPresence(presence, at: "http://localhost:8000")
        #expect(report.verdict == verdict && report.text.contains(words), "\(report.text)")
    }

    @Test(
        arguments: [
            (0o700, true, nil), (0o750, true, nil), (0o777, true, "changed"), (0o755, true, "read"),
            (0o600, false, nil), (0o640, false, nil), (0o644, false, "read"), (0o666, false, "changed"),
            (0o660, false, "changed"), (0o604, false, "read"),
        ] as [(mode_t, Bool, String?)])
    func modes(mode: mode_t, isFolder: Bool, word: String?) {
        let problem = FileExposure.problem(mode: mode, isFolder: isFolder)
        #expect((problem == nil) == (word == nil))
        if let word { #expect(problem?.contains("can be \(word)") == true) }
    }

    @Test(
        arguments: [
            (["status": "healthy", "version": "1"], true), (["status": "degraded", "version": "1"], true),
            (["reason": "upstream_auth", "details": ["status": "unhealthy"]], true), (["status": "ok"], false),
            (["status": "healthy"], false), (["message": "Not Found", "reason": "x"], false), (["status": 404], false),
        ] as [(JSON, Bool)])
    func whatAGatewaySaysOfItsHealth(document: JSON, isHealth: Bool) {
        #expect(DoctorReport.isHealth(document) == isHealth)
    }

    @Test func theKernelsTableOfSockets() {
        let table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0
               1: 0100007F:1F40 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0
               2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0
            """
        #expect(PortHolder.listening(on: 8000, in: table) == ["4711"])
        #expect(PortHolder.listening(on: 8001, in: table).isEmpty)
    }
}
