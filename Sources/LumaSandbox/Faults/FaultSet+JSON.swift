public import Core
import LumaAPI

extension FaultSet {
    /// The largest document that is read.
    public static let maxBytes = 64 << 10

    /// Reads `{"seed": 7, "rules": [{"fault": "reset", "on": "events/create", "nth": 3}]}`.
    ///
    /// A rule may also be a text in the compact syntax. What a list of rules shows besides, `matched` and `hits`, is
    /// passed over, so that a list can be sent back.
    public init(_ json: JSON) throws(FaultError) {
        guard let members = json.objectValue?.members else { throw FaultError("The body must be a JSON object.") }
        for (name, value) in members {
            switch name {
            case "seed": seed = UInt64(try Self.integer(value, "seed", 0...Int.max))
            case "rules":
                guard let items = value.arrayValue, items.count <= Self.maxRules else {
                    throw FaultError("rules must be an array of at most \(Self.maxRules) rules.")
                }
                for (index, item) in items.enumerated() {
                    do {
                        if let text = item.stringValue {
                            rules += try FaultSet(text: text).rules
                        } else {
                            rules.append(try FaultRule(item))
                        }
                    } catch { throw FaultError("rules[\(index)]: \(error.problem)") }
                }
            default: throw FaultError("\(name) is not known; seed and rules are.")
            }
        }
        guard rules.count <= Self.maxRules else {
            throw FaultError("rules must be an array of at most \(Self.maxRules) rules.")
        }
    }

    static func integer(_ value: JSON, _ name: String, _ range: ClosedRange<Int>) throws(FaultError) -> Int {
        guard let number = value.intValue, range.contains(number) else {
            let bound =
                range.upperBound == .max
                ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw FaultError("\(name) must be a whole number \(bound).")
        }
        return number
    }
}

extension FaultRule {
    /// Faults by name, with the members that each of them has besides those of all rules.
    static let faults: [(name: String, members: [String])] = [
        ("latency", ["milliseconds", "after"]), ("status", ["status", "retry_after", "html", "after"]),
        ("reset", ["after"]), ("truncate", ["bytes"]), ("slow", ["bytes", "milliseconds"]), ("length", ["by"]),
        ("tls", []), ("dns", []),
    ]
    private static let common = ["fault", "on", "nth", "every", "chance", "limit", "matched", "hits"]
    private static let longestWait = 600_000

    init(_ json: JSON) throws(FaultError) {
        guard let object = json.objectValue else { throw FaultError("a rule must be an object or a text.") }
        guard let name = object["fault"]?.stringValue, let known = Self.faults.first(where: { $0.name == name }) else {
            let names = Self.faults.map(\.name).joined(separator: ", ")
            let hint = NearestName.suggest(for: object["fault"]?.stringValue ?? "", among: Self.faults.map(\.name))
            throw FaultError("fault must be one of \(names)\(NearestName.hint(hint, or: "."))")
        }
        for member in object.names where !Self.common.contains(member) && !known.members.contains(member) {
            let others = (known.members + Self.common.prefix(6)).joined(separator: ", ")
            throw FaultError("\(String(member.prefix(40))) is not a member of \(name); these are: \(others).")
        }
        fault = try Self.fault(name, object)
        if let value = object["on"] { on = try Self.pattern(value) }
        nth = try Self.integer(object, "nth", 1...1_000_000_000)
        every = try Self.integer(object, "every", 1...1_000_000_000)
        limit = try Self.integer(object, "limit", 1...1_000_000_000)
        if nth != nil, every != nil { throw FaultError("nth and every exclude each other.") }
        if let value = object["chance"] {
            guard let number = value.doubleValue, (0...1).contains(number) else {
                throw FaultError("chance must be a number from 0 to 1.")
            }
            chance = number
        }
    }

    private static func fault(_ name: String, _ object: JSONObject) throws(FaultError) -> Fault {
        let moment: Moment = try flag(object, "after") ? .after : .before
        switch name {
        case "latency":
            let bounds = object["milliseconds"]?.arrayValue ?? [object["milliseconds"] ?? .null]
            guard bounds.count <= 2, let first = bounds.first, let last = bounds.last,
                let low = first.intValue, let high = last.intValue, low >= 0, low <= high, high <= longestWait
            else {
                throw FaultError("milliseconds must be from 0 to \(longestWait), or two such numbers, the lower first.")
            }
            return .latency(low...high, moment)
        case "status":
            return .status(
                try required(object, "status", 400...599), retryAfter: try integer(object, "retry_after", 0...86_400),
                html: try flag(object, "html"), moment)
        case "reset": return .reset(moment)
        case "truncate": return .truncate(bytes: try integer(object, "bytes", 0...(1 << 30)))
        case "slow":
            return .slow(
                bytes: try required(object, "bytes", 1...(1 << 30)),
                milliseconds: try required(object, "milliseconds", 1...60_000))
        case "length":
            let by = try required(object, "by", -1_000_000...1_000_000)
            guard by != 0 else { throw FaultError("by must not be 0.") }
            return .length(by: by)
        case "tls": return .tls
        default: return .dns
        }
    }

    private static func integer(
        _ object: JSONObject, _ name: String, _ range: ClosedRange<Int>
    ) throws(FaultError) -> Int? {
        guard let value = object[name] else { return nil }
        return try FaultSet.integer(value, name, range)
    }

    private static func required(
        _ object: JSONObject, _ name: String, _ range: ClosedRange<Int>
    ) throws(FaultError) -> Int {
        try FaultSet.integer(object[name] ?? .null, name, range)
    }

    private static func flag(_ object: JSONObject, _ name: String) throws(FaultError) -> Bool {
        guard let value = object[name] else { return false }
        guard let flag = value.boolValue else { throw FaultError("\(name) must be true or false.") }
        return flag
    }

    /// A pattern that no operation matches would be a fault that never happens, and nobody would know why.
    private static func pattern(_ value: JSON) throws(FaultError) -> String {
        let names = Catalog.operations.map(\.name)
        let pattern = value.stringValue ?? ""
        let rule = FaultRule(fault: .dns, on: pattern)
        guard !names.contains(where: rule.matches) else { return pattern }
        let hint = NearestName.hint(for: pattern, among: names, or: ".")
        throw FaultError("on must be *, or an operation such as events/create, or a family such as events/*\(hint)")
    }

    init(fault: Fault, on: String = "*") {
        self.fault = fault
        self.on = on
    }

    /// The rule as it is read.
    var json: JSONObject {
        var object = JSONObject()
        switch fault {
        case .latency(let range, let moment):
            object["fault"] = "latency"
            object["milliseconds"] =
                range.count == 1
                ? .number(range.lowerBound) : .array([.number(range.lowerBound), .number(range.upperBound)])
            if moment == .after { object["after"] = true }
        case .status(let status, let retryAfter, let html, let moment):
            object["fault"] = "status"
            object["status"] = .number(status)
            object["retry_after"] = retryAfter.map(JSON.number)
            if html { object["html"] = true }
            if moment == .after { object["after"] = true }
        case .reset(let moment):
            object["fault"] = "reset"
            if moment == .after { object["after"] = true }
        case .truncate(let bytes):
            object["fault"] = "truncate"
            object["bytes"] = bytes.map(JSON.number)
        case .slow(let bytes, let milliseconds):
            object["fault"] = "slow"
            object["bytes"] = .number(bytes)
            object["milliseconds"] = .number(milliseconds)
        case .length(let by):
            object["fault"] = "length"
            object["by"] = .number(by)
        case .tls: object["fault"] = "tls"
        case .dns: object["fault"] = "dns"
        }
        object["on"] = .string(on)
        object["nth"] = nth.map(JSON.number)
        object["every"] = every.map(JSON.number)
        if chance < 1 { object["chance"] = JSONNumber(chance).map(JSON.number) }
        object["limit"] = limit.map(JSON.number)
        return object
    }
}
