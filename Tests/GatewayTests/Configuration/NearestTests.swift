import Testing

@testable import Gateway

@Suite struct NearestTests {
    @Test(arguments: [
        ("start_att", "start_at"), ("strat_at", "start_at"), ("end", nil), ("nam", "name"), ("", nil), ("zzzz", nil),
        ("starts_at", "start_at"), (String(repeating: "name", count: 1000), nil),
    ])
    func nearest(name: String, found: String?) {
        #expect(nearestName(name, among: ["start_at", "end_at", "name"]) == found)
    }

    @Test func nothingIsNearNothing() { #expect(nearestName("a", among: []) == nil) }
}
