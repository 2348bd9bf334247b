import Core

/// The one rule for every way to make or change a key: nobody gives what he has not got.
///
/// What a key is good for is judged as a whole. As long as a change only takes away, it needs the right to manage keys. As soon as it
/// adds anything, a scope, an address, a day of life, or hands out a secret, all that the key is good for afterwards must be what the
/// caller has himself: else a weak key could widen the addresses of a strong one. Limits are judged for each key; who may make keys may
/// make several of them.
///
/// - Parameters:
///   - caller: who wants it.
///   - action: by which way.
///   - before: the key as it is; nil for one that is made.
///   - after: the key as it would be.
/// - Returns: what is too much; nil when it may be done.
public func mayGrant(
    _ caller: KeyCaller, _ action: KeyAction, before: KeyRecord?, after: KeyRecord
) -> GrantRefusal? {
    // The same key, no wider: to itself it gives what it has.
    let isOwnRotation = action == .rotate && caller.keyID == after.id && before.map(after.hasSameReach) == true
    if isOwnRotation, caller.permissions.contains(.keysRotateSelf) { return nil }
    guard caller.permissions.contains(.keysManage) else {
        return .scope(isOwnRotation ? "keys:rotate-self" : "keys:manage")
    }
    if let owner = caller.owner {
        guard after.owner == owner, before.map({ $0.owner == owner }) ?? true else { return .owner }
    }
    switch action {
    case .revoke: return nil
    case .update: if let before, !after.adds(to: before) { return nil }
    case .create, .rotate: break
    }
    return caller.excess(of: after)
}

extension KeyCaller {
    /// The first thing that the key is good for and the caller not.
    fileprivate func excess(of key: KeyRecord) -> GrantRefusal? {
        let extra = key.permissions.granted.subtracting(permissions)
        if !extra.isEmpty { return .permissions(extra.scopeWords) }
        // A word of a later release may mean anything there.
        if permissions != .all, !key.permissions.unknownWords.isEmpty {
            return .permissions(key.permissions.unknownWords)
        }
        if !tools.allSatisfy({ ToolFilter.isWithin(key.tools, $0) }) { return .tools }
        if !isWithin(key.calendars, calendars) { return .calendars }
        if !isWithin(key.allowedAddresses, addresses) { return .addresses }
        if !key.limits.isWithin(limits) { return .limits }
        if !isWithin(key.expiresAt, expiresAt) { return .expiry }
        return nil
    }
}

extension KeyRecord {
    /// Whether anything could be done with it that could not be done with the other one.
    fileprivate func adds(to before: KeyRecord) -> Bool {
        isEnabled && !before.isEnabled || before.revokedAt != nil && revokedAt == nil
            || !before.permissions.granted.isSuperset(of: permissions.granted)
            || !Set(permissions.unknownWords).isSubset(of: before.permissions.unknownWords)
            || !(before.tools.map { ToolFilter.isWithin(tools, $0) } ?? true)
            || !isWithin(calendars, before.calendars) || !isWithin(allowedAddresses, before.allowedAddresses)
            || !limits.isWithin(before.limits) || !isWithin(expiresAt, before.expiresAt)
    }

    /// Whether nothing but its secrets is another.
    fileprivate func hasSameReach(as other: KeyRecord) -> Bool {
        var (own, others) = (self, other)
        (own.secrets, own.revision, own.version) = ([], 0, 0)
        (others.secrets, others.revision, others.version) = ([], 0, 0)
        return own == others
    }
}

private func isWithin(_ own: [String]?, _ other: [String]?) -> Bool {
    guard let other else { return true }
    return own.map { Set($0).isSubset(of: other) } ?? false
}

private func isWithin(_ own: [AddressRange]?, _ other: [AddressRange]?) -> Bool {
    guard let other else { return true }
    return own.map { $0.allSatisfy { range in other.contains { $0.contains(range) } } } ?? false
}

private func isWithin(_ own: Timestamp?, _ other: Timestamp?) -> Bool {
    guard let other else { return true }
    return own.map { $0 <= other } ?? false
}
