import Core
import GatewayAPI
import Keys
import LumaAPI

/// What a request, or somebody at a terminal, wants a key to be: members that fit the rows, applied to a key.
struct KeyWish {
    private let given: JSONObject
    private let isNew: Bool
    /// Ids that are paths of their own.
    private static let reserved = ["me", "self", "info"]

    /// - Throws: `APIError` 422 that names every problem of form.
    init(_ document: JSON, isNew: Bool) throws(APIError) {
        guard let object = document.objectValue else {
            throw APIError(invalid: [FieldProblem("", "the body must be a JSON object")])
        }
        let validator = SchemaValidator(unknownMembers: .refused, maxProblems: EventInput.maxProblems)
        var problems = validator.problems(in: document, fields: isNew ? KeyFields.new : KeyFields.change).map {
            FieldProblem($0.path, $0.words)
        }
        if object["expiry_days"] != nil, object["expires_at"] != nil {
            problems.append(FieldProblem("expires_at", "must not stand beside expiry_days: give one of them"))
        }
        if let id = object["key_id"]?.stringValue, !Self.isID(id) {
            problems.append(
                FieldProblem(
                    "key_id",
                    "must be lower-case letters, digits, hyphens and underscores, and none of "
                        + Self.reserved.joined(separator: ", ")))
        }
        if !problems.isEmpty { throw APIError(invalid: problems) }
        given = object
        self.isNew = isNew
    }

    /// A slug, which stands in a path as it is.
    static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && !reserved.contains(text)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// The id that is wished for; nil to draw one.
    var id: String? { given["key_id"]?.stringValue }

    /// A key as it is wished, without a secret.
    /// - Parameter end: when it expires at the latest if nobody says when; nil for whoever may give any life.
    func made(
        id: String, by creator: String, at now: Timestamp, until end: Timestamp? = nil
    ) throws(APIError) -> KeyRecord {
        let usualEnd = now.advanced(seconds: Double(KeyFields.usualDays) * 86400)
        var key = KeyRecord(
            id: id, owner: given["owner"]?.stringValue ?? "", name: "", permissions: .standard,
            expiresAt: end.map { min($0, usualEnd) } ?? usualEnd, createdAt: now, createdBy: creator)
        try apply(to: &key, at: now)
        return key
    }

    /// A key after the change that is wished.
    func changed(_ key: KeyRecord, at now: Timestamp) throws(APIError) -> KeyRecord {
        var key = key
        try apply(to: &key, at: now)
        return key
    }

    private func apply(to key: inout KeyRecord, at now: Timestamp) throws(APIError) {
        var problems: [FieldProblem] = []
        for (name, value) in given.members {
            switch name {
            case "owner": key.owner = value.stringValue ?? key.owner
            case "name": key.name = value.stringValue ?? key.name
            case "enabled": key.isEnabled = value.boolValue ?? key.isEnabled
            case "note": key.note = value.stringValue
            case "daily_quota": key.limits.dailyQuota = value.wholeValue
            case "max_concurrent": key.limits.maxConcurrent = value.wholeValue
            case "permissions":
                let words = Self.texts(value)
                key.permissions = KeyPermissions(words)
                let unknown = key.permissions.unknownWords
                if !unknown.isEmpty {
                    problems.append(
                        FieldProblem(
                            "permissions",
                            "has words that are none: "
                                + unknown.map { Neutral.quoted(APIError.shortened($0)) }.joined(separator: ", ")))
                }
            case "expiry_days":
                key.expiresAt = value.wholeValue.map { now.advanced(seconds: Double($0) * 86400) }
            case "expires_at":
                key.expiresAt = value.stringValue.flatMap(Timestamp.init(rfc3339:))
                if let end = key.expiresAt, end <= now { problems.append(FieldProblem(name, "must be in the future")) }
            case "rate_limit":
                do throws(RateRule.Problem) {
                    key.limits.rates =
                        try value.stringValue.map { text throws(RateRule.Problem) in
                            try RateRule.list(text)
                        } ?? []
                } catch {
                    problems.append(FieldProblem(name, error.description))
                }
            case "allowed_ips": key.allowedAddresses = Self.ranges(value, &problems)
            case "tools":
                if value.isNull {
                    key.tools = nil
                } else if let filter = ToolFilter(Self.texts(value)) {
                    key.tools = filter
                } else {
                    problems.append(
                        FieldProblem(name, "must be names of tools with * and ?; ! before one denies it"))
                }
            default: break
            }
        }
        if !problems.isEmpty { throw APIError(invalid: problems) }
    }

    private static func texts(_ value: JSON) -> [String] { value.arrayValue?.compactMap(\.stringValue) ?? [] }

    private static func ranges(_ value: JSON, _ problems: inout [FieldProblem]) -> [AddressRange]? {
        guard !value.isNull else { return nil }
        var ranges: [AddressRange] = []
        for (index, text) in texts(value).enumerated() {
            do throws(AddressRange.Problem) {
                ranges.append(try AddressRange(text))
            } catch {
                let words =
                    switch error {
                    case .address: "must be an address or a range such as 192.0.2.0/24"
                    case .prefix: "has no number of bits after the slash that such an address has"
                    case .hostBits(let range): "has bits behind its prefix; the range is \(range)"
                    }
                problems.append(FieldProblem("allowed_ips.\(index)", words))
            }
        }
        return ranges
    }
}

extension KeyRecord {
    /// As it is shown, with how it is now.
    func shown(at now: Timestamp) -> JSONObject {
        var document = document
        document["status"] = .string(status(at: now))
        return document
    }

    func status(at now: Timestamp) -> String {
        if revokedAt != nil { return "revoked" }
        if isExpired(at: now) { return "expired" }
        return isEnabled ? "active" : "disabled"
    }

    /// Whether it is like this, as lists of keys ask for it.
    func isLike(_ word: String, at now: Timestamp) -> Bool {
        let isActive = status(at: now) == "active"
        switch word {
        case "expiring": return isActive && expiresAt.map { $0 < now.advanced(seconds: 14 * 86400) } ?? false
        case "unused":
            let last = secrets.compactMap(\.lastUsedAt).max() ?? createdAt
            return isActive
                && (last < now.advanced(seconds: -90 * 86400) || secrets.allSatisfy { $0.lastUsedAt == nil })
        default: return status(at: now) == word
        }
    }
}
