import Core

/// The compact syntax, for a flag or a setting:
///
///     seed=7;latency=50-200,on=events/*,chance=0.3;reset,after,on=events/create,nth=3;status=503,html,limit=5
///
/// Rules are separated by `;`, the parts of a rule by `,`. The first part names the fault, with its main value after
/// `=`; each other part is a member of the rule in JSON, and one without `=` is true.
extension FaultSet {
    /// - Throws: `FaultError` that names the rule by its number.
    public init(text: String) throws(FaultError) {
        guard text.utf8.count <= Self.maxBytes else { throw FaultError("the rules are too long.") }
        var number = 0
        for part in text.split(separator: ";") where part.contains(where: { $0 != " " }) {
            let pieces = part.split(separator: ",", omittingEmptySubsequences: false).map(Piece.init)
            if pieces.count == 1, pieces[0].name == "seed" {
                seed = UInt64(try Self.integer(pieces[0].value, "seed", 0...Int.max))
                continue
            }
            number += 1
            do {
                rules.append(try FaultRule(.object(try Self.object(pieces))))
            } catch {
                throw FaultError("rule \(number): \(error.problem)")
            }
        }
        guard rules.count <= Self.maxRules else { throw FaultError("more than \(Self.maxRules) rules.") }
    }

    /// The member that the value behind a fault's name stands for.
    private static let mainMembers = [
        "latency": "milliseconds", "status": "status", "truncate": "bytes", "slow": "bytes", "length": "by",
    ]

    private static func object(_ pieces: [Piece]) throws(FaultError) -> JSONObject {
        var object = JSONObject()
        for (index, piece) in pieces.enumerated() {
            var name = piece.name
            if index == 0 {
                object["fault"] = .string(name)
                guard piece.hasValue else { continue }
                guard let member = mainMembers[name] else { throw FaultError("\(name) takes no value.") }
                name = member
            }
            guard !name.isEmpty else { throw FaultError("there is nothing between two commas.") }
            guard object[name] == nil else { throw FaultError("\(name) is given twice.") }
            object[name] = piece.value
        }
        return object
    }

    /// `name` or `name=value`.
    private struct Piece {
        let name: String
        let value: JSON
        let hasValue: Bool

        init(_ text: Substring) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
            name = String(parts[0].prefix(40))
            hasValue = parts.count == 2
            value = hasValue ? Self.value(parts[1]) : true
        }

        /// A number, two numbers with a hyphen between them, or a word.
        private static func value(_ text: Substring) -> JSON {
            if let number = number(text.first == "+" ? text.dropFirst() : text) { return number }
            let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
            if bounds.count == 2, let low = number(bounds[0]), let high = number(bounds[1]) { return [low, high] }
            return .string(String(text.prefix(80)))
        }

        private static func number(_ text: Substring) -> JSON? {
            guard let json = try? JSON.parse(String(text)), json.numberValue != nil else { return nil }
            return json
        }

        private static func trimmed(_ text: Substring) -> Substring {
            var text = text
            while text.first == " " { text.removeFirst() }
            while text.last == " " { text.removeLast() }
            return text
        }
    }
}
