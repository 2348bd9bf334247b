import Core
import Foundation
import Settings
import Store
import TestKit
import Testing

@testable import Gateway

/// A scene on a stage whose log says everything and whose store is on the disk, and all that has left it in the end.
struct SecretPlay {
    /// Where something is said.
    enum Place: CaseIterable {
        /// What the scene itself gives, such as the output of a command.
        case scene
        /// The octets of every answer, of the pages of numbers too.
        case answer
        case log
        /// Every value of every row, and the files as they are.
        case store
    }

    private(set) var said: [Place: [String]] = [:]
    /// What of the traffic with Luma the rows call secret, by operation.
    private(set) var secrets: [String: Set<String>] = [:]

    /// - Parameter scene: gives what it has got in another way than as an answer.
    static func of(
        _ settings: [Setting: String] = [:], _ scene: (SurfaceStage) async throws -> [String]
    ) async throws -> SecretPlay {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("secrets-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (luma, store) = (EmulatedLuma(), SQLiteStateStore(.folder(folder)))
        var play = SecretPlay()
        let all = settings.merging([.debug: "true"]) { given, _ in given }
        try await InProcess.serve(all, luma: luma, store: store) { (gateway: InProcess) async throws in
            gateway.keepAnswers()
            let stage = SurfaceStage(gateway: gateway)
            play.said[.scene] = try await scene(stage)
            // What Luma is asked for by REST is a line at debug level.
            try await gateway.ask("GET /events/", ["Cache-Control: no-cache"])
            for path in ["/metrics", "/status", "/health", "/health/live"] { try await gateway.ask("GET " + path) }
            play.said[.answer] = await gateway.answers()
            let log = await stage.log()
            #expect(log.contains(#""level":"debug""#), "\(log)")
            play.said[.log] = [log]
        }
        store.close()
        play.said[.store] = try texts(ofStoreIn: folder)
        play.secrets = luma.secrets
        return play
    }

    private static func texts(ofStoreIn folder: String) throws -> [String] {
        var texts: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let octets = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
            texts.append(String(decoding: octets, as: UTF8.self))
        }
        let database = try SQLiteConnection(.file(folder + "/luma.db"))
        let tables = try database.query("SELECT name FROM sqlite_master WHERE type = 'table'").compactMap(
            \.first?.textValue)
        #expect(tables.count > 3)
        for table in tables {
            for value in try database.query("SELECT * FROM \"\(table)\"").joined() {
                if let text = value.textValue { texts.append(text) }
                if let octets = value.blobValue { texts.append(String(decoding: octets, as: UTF8.self)) }
            }
        }
        return texts
    }

    /// The texts that hold a secret in any form, or one of these words.
    /// - Parameters:
    ///   - planted: secrets besides those that the rows name.
    ///   - names: of members; who sees one sees that there is something.
    func leaks(_ planted: [String] = [], names: Set<String> = []) throws -> [Place: [String]] {
        let secrets = secrets.values.flatMap { $0 } + planted
        // A shorter one is not looked for.
        try #require(secrets.allSatisfy { $0.utf8.count >= 8 }, "\(secrets)")
        let redactor = Redactor(secrets.map { Secret($0) })
        return said.mapValues { texts in
            texts.compactMap { (text: String) -> String? in
                if redactor.isNeeded(for: text) { return Self.excerpt(redactor.redacted(text), around: Redactor.mark) }
                return names.first { text.contains($0) }.map { Self.excerpt(text, around: $0) }
            }
        }.filter { !$0.value.isEmpty }
    }

    /// What is shown of a text in which something was found.
    private static func excerpt(_ text: String, around word: String) -> String {
        guard let place = text.range(of: word) else { return String(text.prefix(200)) }
        let start = text.index(place.lowerBound, offsetBy: -100, limitedBy: text.startIndex) ?? text.startIndex
        return String(text[start...].prefix(200))
    }
}
