import Core
import Testing

@Suite struct PermissionsTests {
    @Test func eachScopeHasABitAndAWordOfItsOwn() {
        let words = Permissions.table.map(\.word) + Permissions.sets.map(\.word)
        #expect(Set(words).count == words.count)
        var seen: Permissions = []
        for (word, permission) in Permissions.table {
            #expect(permission.rawValue.nonzeroBitCount == 1 && seen.isDisjoint(with: permission), "\(word)")
            seen.formUnion(permission)
            #expect(Permissions(word: word) == permission)
            #expect(permission.scopeWords == [word])
            #expect(word.split(separator: ":").count == 2)
        }
        #expect(seen == .all)
    }

    /// By the form of their words, so that a new scope is in the set that its word promises.
    @Test func theOldWordsStandForSets() {
        let closed = ["keys:read", "usage:read", "audit:read"]
        for (word, permission) in Permissions.table {
            let isRead =
                word.hasSuffix(":read") && !closed.contains(word) || ["mcp:use", "keys:rotate-self"].contains(word)
            #expect(Permissions.reading.contains(permission) == isRead, "\(word)")
            let isWrite =
                isRead || word.hasSuffix(":write")
                || ["events:cancel", "feeds:manage", "models:invoke"].contains(word)
            #expect(Permissions.writing.contains(permission) == isWrite, "\(word)")
        }
        #expect(Permissions(word: "read") == .reading)
        #expect(Permissions(word: "write") == .writing)
        #expect(Permissions(word: "admin") == .all)
        #expect(Permissions(word: "*") == .all)
    }

    @Test(arguments: ["", "Read", "events", "events:", ":read", "events:*", "*:read", "events:read ", "all", "**"])
    func anotherWordGrantsNothing(word: String) { #expect(Permissions(word: word) == nil) }

    @Test(
        arguments: [
            ([], []), (["read"], .read), (["write"], [.read, .write]), (["*"], .all), (["admin"], .all),
            // What is had in part opens nothing that asks for all of it.
            (["events:read"], []), (["events:read", "events:write"], []), (["read", "events:write"], .read),
            (["read", "keys:manage", "gateway:manage"], .read),
            (["events:write", "events:cancel"], []),
        ] as [([String], Principal.Scopes)])
    func scopesOfTokens(words: [String], scopes: Principal.Scopes) {
        let permissions = words.reduce(into: Permissions()) { $0.formUnion(Permissions(word: $1) ?? []) }
        #expect(permissions.scopes == scopes)
    }

    @Test(arguments: AccessScope.allCases) func aTokenMayWhatItsScopeSays(scope: AccessScope) throws {
        let scopes = try #require(Permissions(word: scope.rawValue)).scopes
        #expect(Permissions(scopes) == Permissions(word: scope.rawValue))
        #expect(Permissions(Principal.Scopes.read) == .reading)
        #expect(Permissions(Principal.local.scopes) == .all)
    }
}
