import Core
import HTTP
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
        #expect(report.text.hasSuffix("It works; 1 warning."))
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
                It does not work: 1 failure, 1 warning.
                """)
        #expect(report.json["status"] == "failed")
        #expect(
            report.json["checks"]?.arrayValue?[1] == [
                "check": "tls", "status": "warning", "message": "soon", "advice": "Renew it.",
            ])
        #expect(report.json["checks"]?.arrayValue?[0] == ["check": "settings", "status": "ok", "message": "fine"])
    }

    @Test(
        arguments: [
            (nil, .ok, "takes the key"), (.authenticationRefused(status: 401, LumaMessage()), .failed, "LUMA_API_KEY"),
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
            (nil, .ok, "nothing here contradicts"), (0, .ok, "as Luma says"), (-2000, .ok, "as Luma says"),
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
            (.absent, true, .ok, "nothing is stored"), (.sound, true, .ok, "is sound"),
            (.sound, false, .failed, "chown"),
            (.damaged(["row 1 missing"]), true, .failed, "row 1 missing"),
            (.unusable(.newerVersion), true, .failed, "newer"),
            (.unusable(.diskFull), true, .failed, "Make room"), (.unusable(.locked), true, .failed, "Another program"),
        ] as [(StoreInspection, Bool, DoctorReport.Verdict, String)])
    func theStore(inspection: StoreInspection, isWritable: Bool, verdict: DoctorReport.Verdict, words: String) {
        var report = DoctorReport()
        report.addStore(inspection, folder: "data", isWritable: isWritable)
        #expect(report.verdict == verdict && report.text.contains(words), "\(report.text)")
    }

    @Test(
        arguments: [(0, .warning, "0 days"), (1, .warning, "1 day"), (13, .warning, "SIGHUP"), (14, .ok, "14 days")]
            as [(Int, DoctorReport.Verdict, String)])
    func theCertificate(days: Int, verdict: DoctorReport.Verdict, words: String) {
        var report = DoctorReport()
        report.addCertificate(daysLeft: days)
        #expect(report.verdict == verdict && report.text.contains(words), "\(report.text)")
    }
}
