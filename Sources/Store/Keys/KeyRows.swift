import Core
import Keys

/// Keys as rows of SQLite. Lists of words, which hold no spaces, are one text with spaces between; NULL where all is meant.
///
/// What cannot be read, as a later release has written it, opens nothing.
extension KeyRecord {
    init(row: [SQLiteValue], secrets: [KeySecret]) {
        let text = { (index: Int) in row[index].textValue ?? "" }
        let words = { (index: Int) in row[index].textValue.map { $0.split(separator: " ").map(String.init) } }
        let time = { (index: Int) in row[index].integerValue.map(Timestamp.init(milliseconds:)) }
        let number = { (index: Int) in row[index].integerValue.map { Int($0) } }
        let rates = text(6).isEmpty ? [] : try? RateRule.list(text(6))
        self.init(
            id: text(0), owner: text(1), name: text(2), permissions: KeyPermissions(words(3) ?? []),
            tools: words(4).map { ToolFilter($0) ?? .nothing }, calendars: words(5),
            limits: KeyLimits(
                rates: rates ?? [], dailyQuota: number(7), upstreamQuota: number(8), maxConcurrent: number(9)),
            allowedAddresses: words(10)?.compactMap { try? AddressRange($0) },
            isEnabled: row[11].integerValue == 1 && rates != nil, expiresAt: time(12), revokedAt: time(13),
            createdAt: time(14) ?? Timestamp(milliseconds: 0), createdBy: text(15), note: row[16].textValue,
            revision: number(17) ?? 0, version: row[18].integerValue ?? 0, secrets: secrets)
    }

    /// What a change may change, in the order of the statements that write it.
    var values: [SQLiteValue] {
        [
            .text(owner), .text(name), .text(permissions.words.joined(separator: " ")),
            .integer(permissions.granted.contains(.keysManage) ? 1 : 0), Self.list(tools?.words), Self.list(calendars),
            .text(RateRule.text(limits.rates)), SQLiteValue(limits.dailyQuota), SQLiteValue(limits.upstreamQuota),
            SQLiteValue(limits.maxConcurrent), Self.list(allowedAddresses?.map(\.text)), .integer(isEnabled ? 1 : 0),
            SQLiteValue(expiresAt), SQLiteValue(revokedAt), SQLiteValue(note), .integer(Int64(revision)),
            .integer(version),
        ]
    }

    private static func list(_ words: [String]?) -> SQLiteValue { SQLiteValue(words?.joined(separator: " ")) }
}

extension KeySecret {
    /// Nil for a kind of a later release.
    init?(row: [SQLiteValue]) {
        let time = { (index: Int) in row[index].integerValue.map(Timestamp.init(milliseconds:)) }
        guard let digest = row[1].blobValue.flatMap({ KeyDigest($0) }),
            let hash = KeyHashKind(kind: Int(row[2].integerValue ?? -1), pepper: row[3].integerValue.map { Int($0) })
        else { return nil }
        self.init(
            digest: digest, hash: hash, hint: row[4].textValue ?? "",
            createdAt: time(5) ?? Timestamp(milliseconds: 0), expiresAt: time(6), confirmedAt: time(7),
            grace: row[8].integerValue.map { Int($0) }, lastUsedAt: time(9), lastUsedFrom: row[10].textValue)
    }
}

extension SQLiteValue {
    init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ time: Timestamp?) { self = time.map { .integer($0.milliseconds) } ?? .null }
}
