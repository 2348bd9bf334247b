public import Core
import LumaAPI

/// Decides which calls suffer which faults. A pure value: the same rules, seed and calls give the same faults.
///
/// Each rule has random numbers of its own and looks at every call that it matches, so that one rule more or less
/// changes nothing for the others. Of several that strike one call, the first in the list is played, and all latencies.
public struct FaultBook: Sendable {
    private struct Entry {
        let rule: FaultRule
        /// Calls that the rule was asked about.
        var matched = 0
        /// Calls that suffered it.
        var hits = 0
        var random: SeededGenerator

        /// Counts a call; true when the rule strikes it.
        mutating func strikes(_ operation: String) -> Bool {
            guard rule.matches(operation) else { return false }
            matched += 1
            // Drawn in any case: whether one number is used must not shift those that follow.
            let draw = Double(random.next() >> 11) * 0x1p-53
            if let nth = rule.nth, matched != nth { return false }
            if let every = rule.every, matched % every != 0 { return false }
            if let limit = rule.limit, hits >= limit { return false }
            return draw < rule.chance
        }

        mutating func milliseconds(_ range: ClosedRange<Int>) -> Int {
            range.lowerBound + Int(random.next() % UInt64(range.count))
        }
    }

    public let seed: UInt64
    private var entries: [Entry] = []

    /// - Parameter seed: for a set that names none.
    public init(_ set: FaultSet = FaultSet(), seed: UInt64) {
        self.seed = set.seed ?? seed
        add(set.rules)
    }

    /// Adds rules behind those that are there, whose counts stay.
    public mutating func add(_ set: FaultSet) throws(FaultError) {
        guard entries.count + set.rules.count <= FaultSet.maxRules else {
            throw FaultError("There can be at most \(FaultSet.maxRules) rules.")
        }
        add(set.rules)
    }

    private mutating func add(_ rules: [FaultRule]) {
        for rule in rules {
            // Far apart for neighbouring rules.
            var origin = SeededGenerator(seed: seed &+ UInt64(entries.count) &* 0x9e37_79b9_7f4a_7c15)
            entries.append(Entry(rule: rule, random: SeededGenerator(seed: origin.next())))
        }
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// Whether some rule is about what happens before a request is sent.
    public var hasConnectionFaults: Bool { entries.contains { $0.rule.isOfConnection } }

    /// Whether some rule is about the look-up of the server's name.
    public var needsNames: Bool { entries.contains { $0.rule.fault == .dns } }

    /// Whether a rule for some operations is about what happens before the operation is known.
    public var needsOperationsOfConnections: Bool { entries.contains { $0.rule.isOfConnection && $0.rule.on != "*" } }

    /// What happens to a call that has reached the server; nil when no rule strikes it.
    public mutating func plan(for operation: String) -> FaultPlan? {
        var plan = FaultPlan()
        for index in entries.indices where !entries[index].rule.isOfConnection {
            guard entries[index].strikes(operation) else { continue }
            if case .latency(let range, let moment) = entries[index].rule.fault {
                plan.wait(entries[index].milliseconds(range), moment)
            } else if plan.isBroken {
                continue
            } else {
                plan.suffer(entries[index].rule.fault)
            }
            entries[index].hits += 1
        }
        return plan.isUneventful ? nil : plan
    }

    /// What keeps a call from reaching the server at all.
    public enum ConnectionFault: Sendable, Equatable { case tls, dns }

    /// What keeps this call, or a connection for calls that nobody knows yet, from being made; nil for nothing.
    ///
    /// - Parameter operation: nil for a connection, which rules for one operation do not match.
    public mutating func connectionFault(for operation: String?) -> ConnectionFault? {
        var found: ConnectionFault?
        for index in entries.indices where entries[index].rule.isOfConnection {
            // No operation has an empty name: only `*` matches it.
            guard entries[index].strikes(operation ?? ""), found == nil else { continue }
            found = entries[index].rule.fault == .tls ? .tls : .dns
            entries[index].hits += 1
        }
        return found
    }

    /// The rules with their counts, in the form that they are read in.
    public var json: JSON {
        let rules = entries.map { entry -> JSON in
            var object = entry.rule.json
            object["matched"] = .number(entry.matched)
            object["hits"] = .number(entry.hits)
            return .object(object)
        }
        return ["seed": .number(Int(clamping: seed)), "rules": .array(rules)]
    }
}

extension Sandbox {
    /// The name of the operation that a request asks for; nil for one that there is not.
    public static func operation(of request: SandboxRequest) -> String? {
        guard case .success(let route) = route(request) else { return nil }
        return route.operation.name
    }
}
