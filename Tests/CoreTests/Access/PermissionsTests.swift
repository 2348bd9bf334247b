import Core
import Testing

@Suite struct PermissionsTests {
    /// Each scope has a bit and a word of its own, and is of one group.
    @Test func theTableIsWhole() {
        let table = Permissions.table
        #expect(Set(table.map(\.word)).count == table.count)
        #expect(table.allSatisfy { $0.permission.rawValue.nonzeroBitCount == 1 })
        #expect(table.reduce(into: Permissions()) { $0.formUnion($1.permission) } == .all)
        #expect(Permissions.all.rawValue.nonzeroBitCount == table.count)
        let groups: [Permissions] = [.read, .write, .admin]
        for (word, permission) in table {
            #expect(groups.count { $0.contains(permission) } == 1, "\(word)")
            #expect(Permissions(word: word) == permission && permission.scopeWords == [word])
        }
    }

    @Test func wordsStandForScopes() {
        #expect(Permissions(word: "read") == .read && Permissions(word: "write") == [.read, .write])
        #expect(Permissions(word: "*") == .all && Permissions(word: "admin") == .all)
        for word in ["", "Read", "events", "events:", "events:delete", " read", "read "] {
            #expect(Permissions(word: word) == nil, "\(word)")
        }
        // Nobody who only reads sees whose keys there are, or what was done with them.
        for permission in [Permissions.keysRead, .auditRead, .usageRead, .feedsManage] {
            #expect(!Permissions.read.contains(permission) && !Permissions.write.contains(permission))
        }
        #expect(Permissions([.eventsWrite, .guestsRead]).scopeWords == ["events:write", "guests:read"])
    }

    /// What a listed token needs for each.
    @Test(
        arguments: [
            (.eventsRead, .read), ([], .read), (.eventsCancel, .write), ([.toolsWrite, .toolsAdmin], .admin),
            (.feedsManage, .admin), (.keysRotateSelf, .read),
        ] as [(Permissions, AccessScope)])
    func theNameIsThatOfTheLeastScope(permissions: Permissions, scope: AccessScope) {
        #expect(permissions.name == scope)
        #expect(scope.scopes.isSuperset(of: permissions))
    }
}
