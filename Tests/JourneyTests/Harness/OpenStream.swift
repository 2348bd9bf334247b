import Foundation
import Testing

/// A stream that `curl` reads while the test goes on.
struct OpenStream {
    private let curl: Program

    /// Returns when the head of the answer has come: what happens from then on is heard.
    init(_ arguments: [String]) async throws {
        let curl = try Program(["curl", "-sS", "-N", "-i", "--max-time", "120"] + arguments, path: "/usr/bin/env")
        try await eventually("the stream is open", within: 60) { curl.standardOutput.contains("\r\n\r\n") }
        #expect(curl.standardOutput.hasPrefix("HTTP/1.1 200 "))
        self.curl = curl
    }

    /// What has come so far.
    var text: String { curl.standardOutput }

    /// Returns when this text has come so often.
    func hears(_ text: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await eventually("\(times) of \(text)", within: 60, sourceLocation: sourceLocation) {
            count(of: text) >= times
        }
    }

    func count(of text: String) -> Int { self.text.components(separatedBy: text).count - 1 }

    /// Goes away, as a client does whose program is ended.
    func leave() { curl.signal(SIGKILL) }

    /// All that has come, once the server has ended the stream.
    func ended() async throws -> String {
        #expect(try await curl.exitCode(within: 60) == 0)
        return text
    }
}
