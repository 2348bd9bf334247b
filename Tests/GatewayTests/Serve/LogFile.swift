import Foundation
import GatewayAPI
import Settings

@testable import Gateway

/// A log that goes to a file of its own, which goes with it.
final class LogFile: Sendable {
    let sink: LogSink
    private let path: String

    init(_ format: Configuration.LogFormat = .text, threshold: LogLevel = .info) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("log-" + UUID().uuidString).path
        sink = try LogSink(path: path, format: format, threshold: threshold)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
