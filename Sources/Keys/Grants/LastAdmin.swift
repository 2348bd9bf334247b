public import Core

extension KeyRecord {
    /// Whether others could be given rights with it at this instant.
    public func canManage(at now: Timestamp) -> Bool {
        permissions.granted.contains(.keysManage) && isUsable(at: now)
    }

    /// Whether a change takes the right to manage keys away from the last one that has it: nobody could undo it through the API.
    ///
    /// Narrowing that leaves the right where it is does not count, such as fewer addresses.
    /// - Parameter hasOther: another key, or a listed token of the scope admin, can manage keys.
    public func leavesNobody(after: KeyRecord, hasOther: Bool, at now: Timestamp) -> Bool {
        !hasOther && canManage(at: now) && !after.canManage(at: now)
    }
}
