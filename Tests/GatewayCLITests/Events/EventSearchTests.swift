import Core
import GatewayAPI
import Testing

@testable import GatewayCLI

@Suite struct EventSearchTests {
    private static let event: JSON = [
        "id": "evt-1", "name": "Café am Dach", "description": "Talks and PIZZA.\nBring a friend.",
        "geo_address_json": ["full_address": "Grünberger Straße 1, Berlin"],
    ]

    @Test(arguments: [
        ("cafe", true), ("CAFÉ", true), ("dach cafe", true), ("pizza", true), ("grunberger", true), ("strasse", true),
        ("berlin pizza", true), ("pizza paris", false), ("evt-1", false),
        // Two texts are no phrase.
        ("Dach Talks", true), ("achTalks", false),
    ])
    func everyWordMustBeThere(_ words: String, _ isFound: Bool) {
        #expect(EventSearch(words).matches(Self.event) == isFound)
    }

    /// What somebody else knows of the event is looked through with it; a comma is no part of a word.
    @Test func otherTextsAreSearchedToo() {
        #expect(!EventSearch("Dach, thu").matches(Self.event))
        #expect(EventSearch("Dach, thu").matches(Self.event, and: ["Thu 2031-05-01", nil]))
    }

    @Test(arguments: ["", "  ", "\t\u{301}", ","]) func whatHasNoWordFindsNothing(_ words: String) {
        #expect(EventSearch(words).isEmpty)
    }

    @Test(arguments: [
        ("https://luma.com/rooftop", true), ("luma.com/rooftop?tk=x", true), ("LU.MA/rooftop", true),
        ("www.lu.ma/rooftop", true), ("evt-a1B2c3", false), ("rooftop", false), ("", false),
    ])
    func theAddressOfAPageIsNoId(_ text: String, _ isAddress: Bool) {
        #expect(EventPage.isAddress(text) == isAddress)
    }
}
