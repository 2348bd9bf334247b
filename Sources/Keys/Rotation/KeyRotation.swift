public import Core

/// What may be done with the secrets of a key, as pure rules: at most two are good at any instant, and nothing that is done to one
/// makes it live longer.
///
/// A secret is kept as a digest and cannot be told twice. So a new one is *unconfirmed* until it is first used, the one before it
/// stays good meanwhile, and who rotates again, as the answer was lost, replaces the unconfirmed one. The grace of the one before
/// begins with the first use of the new one; if that is never used, as long after the rotation as the grace itself is.
public enum KeyRotation {
    /// Seconds of grace where nobody says any other.
    public static let standardGrace = 86_400
    /// Seconds of grace that can be chosen. Without any the secret before ends at once.
    public static let graces = 0...604_800

    /// Why a key is not rotated.
    public enum Refusal: Error, Sendable, Equatable {
        /// It was revoked for good.
        case revoked
        /// What it would be given would be born dead: `expires_at` has to be moved first.
        case expired
    }

    /// The key with a fresh secret beside the one in use.
    /// - Parameters:
    ///   - fresh: has never been used.
    ///   - grace: seconds within `graces`.
    public static func rotate(
        _ key: KeyRecord, to fresh: KeySecret, grace: Int, at now: Timestamp
    ) throws(Refusal) -> KeyRecord {
        guard key.revokedAt == nil else { throw .revoked }
        guard !key.isExpired(at: now) else { throw .expired }
        let grace = min(max(grace, graces.lowerBound), graces.upperBound)
        // What nobody has used is replaced. Of the others the last one stays: one that is in its grace already makes room.
        var secrets = key.secrets.filter { $0.isValid(at: now) && $0.confirmedAt != nil }.suffix(1).map { $0 }
        if !secrets.isEmpty {
            secrets[0].end(by: now.advanced(seconds: 2 * Double(grace)), at: now)
            if !secrets[0].isValid(at: now) { secrets = [] }
        }
        var added = fresh
        (added.confirmedAt, added.expiresAt) = (nil, nil)
        added.grace = secrets.isEmpty ? nil : grace
        var rotated = key
        rotated.secrets = secrets + [added]
        return rotated
    }

    /// The key after one of its secrets was used; nil when that changes nothing.
    public static func confirm(_ digest: KeyDigest, of key: KeyRecord, at now: Timestamp) -> KeyRecord? {
        guard let place = key.secrets.firstIndex(where: { $0.digest == digest }), key.secrets[place].confirmedAt == nil
        else { return nil }
        var confirmed = key
        confirmed.secrets[place].confirmedAt = now
        if let grace = key.secrets[place].grace {
            let end = now.advanced(seconds: Double(grace))
            for index in confirmed.secrets.indices where index != place {
                confirmed.secrets[index].end(by: end, at: now)
            }
        }
        return confirmed
    }

    /// A key's first secret: who has it was told by the answer that made the key, and nothing waits for its first use.
    public static func first(_ fresh: KeySecret, at now: Timestamp) -> KeySecret {
        var first = fresh
        (first.confirmedAt, first.expiresAt, first.grace) = (now, nil, nil)
        return first
    }
}

extension KeySecret {
    /// Ends it at this instant at the latest; never later than it ends anyway.
    fileprivate mutating func end(by instant: Timestamp, at now: Timestamp) {
        expiresAt = min(expiresAt ?? instant, max(instant, now))
    }
}
