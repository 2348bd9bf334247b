import Core
import GatewayAPI
import LumaAPI
import Testing

@Suite struct EndpointScopeTests {
    /// What is open asks for nothing, and all else for one scope; each key may look at itself.
    @Test func everyEndpointAsksForOneScope() {
        for endpoint in Endpoint.allCases {
            let words = endpoint.scope.scopeWords
            #expect(
                words.count == (endpoint.isOpen || endpoint.kind == .ownKey ? 0 : 1), "\(endpoint) asks for \(words)")
            #expect(endpoint.isOpen || !endpoint.isWrite || endpoint.scope.name == .write, "\(endpoint)")
        }
    }

    @Test(arguments: [
        ("events/create", "events:write"), ("events/cancel", "events:cancel"), ("events/get", "events:read"),
        ("entities/lookup", "events:read"), ("events/guests/list", "guests:read"),
        ("events/guests/update-status", "guests:write"), ("events/coupons/create", "coupons:write"),
    ])
    func anOperationAsksForTheScopeOfItsThing(name: String, word: String) throws {
        let surface = try #require(Surfaces[operation: name])
        #expect(surface.scope.scopeWords == [word])
    }
}
