import Core
import GatewayAPI
import HTTP
import IO
import Settings
import TestKit
import Testing

@testable import GatewayCLI

/// The command line's own code, before a gateway in process: what it sends goes through the wire format of HTTP and nothing is
/// left out but the socket and the process.
extension SurfaceStage {
    private static let origin = "http://gateway.test"
    private static let file = Terminal(isTerminal: false, size: nil, environment: [:])

    /// Who is asked by a command that is not told `--yes`.
    struct Person {
        /// Nil for nobody.
        let answer: CommandQuestion.Asker?
    }

    /// What the command of a row prints with `--json`.
    /// - Parameters:
    ///   - given: the input in our words.
    ///   - person: who is asked; nil where `--yes` stands for the answer.
    /// - Throws: `CommandFailure` for what ends the command with another exit code than 0.
    func command(
        _ surface: Surface, given: JSONObject, token: String? = nil, asking person: Person? = nil
    ) async throws -> JSON {
        let words = surface.commandLine(given, saysYes: person == nil)
        return try JSON.parse(try await output(of: words, token: token, asking: person).bytes)
    }

    /// What the command of these words gives.
    func output(of words: [String], token: String? = nil, asking person: Person? = nil) async throws -> CommandOutput {
        let ask = person?.answer
        let family = try #require(CommandFamily.named(words[0]))
        let gateway = gateway
        let client = GatewayClient(
            GatewayTarget(base: Self.origin, token: token.map { Secret($0) }),
            transport: ScriptedTransport { request, _ in await gateway.carry(request, to: Self.origin) },
            clock: ManualClock(isAutomatic: true))
        let environment = ["TZ": "Europe/Berlin"]
        switch try family.read(words.dropFirst()) {
        case .events(let call):
            let command = EventsCommand(
                call, environment: environment, output: Self.file, errors: Self.file, askToCancel: ask)
            return try await command.work(client, now: WallClock.now)
        case .operation(let call):
            let command = OperationCommand(
                call, environment: environment, output: Self.file, ask: ask)
            return try await command.work(client, now: WallClock.now)
        case .help, .version: throw CommandFailure(.usage, "no command: \(words)")
        }
    }

    /// How a command ends that fails; nil for one that does not.
    func failure(_ surface: Surface, given: JSONObject, token: String? = nil) async throws -> GatewayCLI.ExitStatus? {
        do {
            _ = try await command(surface, given: given, token: token)
            return nil
        } catch let failure as CommandFailure {
            return failure.status
        }
    }
}

extension Surface {
    /// The options of commands that are written by hand, where they are called otherwise than the member.
    private static let handmadeOptions = ["start_at": "--start", "timezone": "--zone"]

    /// The words of its command that say an input in our words, as JSON.
    /// - Parameter saysYes: without a question.
    func commandLine(_ given: JSONObject, saysYes: Bool) -> [String] {
        let names = (command ?? "").split(separator: " ").prefix(2).map(String.init)
        var words = names + pathMembers.map { given[$0]?.stringValue ?? "" }
        if let verb = OperationVerb(self) {
            for option in verb.options {
                var value = given[option.path[0]]
                for name in option.path.dropFirst() { value = value?[name] }
                guard let value else { continue }
                if let flag = value.boolValue {
                    words.append(flag ? option.row.name : "--no-" + option.row.name.dropFirst(2))
                    continue
                }
                for item in option.row.repeats ? value.arrayValue ?? [value] : [value] {
                    words += [option.row.name, Self.word(item)]
                }
            }
        } else {
            for (name, value) in given.members where !pathMembers.contains(name) {
                words += [Self.handmadeOptions[name] ?? "--" + name, Self.word(value)]
            }
        }
        return words + (needsConfirmation && saysYes ? ["--yes", "--json"] : ["--json"])
    }

    private static func word(_ value: JSON) -> String {
        value.stringValue ?? String(decoding: value.encoded, as: UTF8.self)
    }
}

extension InProcess {
    /// Carries a request of a client that believes the gateway to be at `origin`.
    fileprivate func carry(_ request: OutboundRequest, to origin: String) async -> ScriptedTransport.Answer {
        let line = "\(request.method.rawValue) \(request.url.dropFirst(origin.count))"
        let fields = request.fields.map { "\($0.name): \($0.value)" }
        do {
            let answer = try await send(
                Socket.request(line, fields, body: String(decoding: request.body, as: UTF8.self))
            ).answer()
            return .success(
                OutboundResponse(
                    status: answer.status, fields: answer.fields.map { Field($0.name.lowercased(), $0.value) },
                    body: Array(answer.text.utf8)))
        } catch {
            return .lost(.connectionLost)
        }
    }
}
