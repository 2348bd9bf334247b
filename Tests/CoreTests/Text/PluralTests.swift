import Core
import Testing

@Suite struct PluralTests {
    @Test(arguments: [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (101, "101 rows")])
    func aNounFollowsItsNumber(count: Int, words: String) { #expect(Plural.count(count, "row") == words) }

    @Test(arguments: [(0, "0 rows are"), (1, "1 row is"), (2, "2 rows are")])
    func theWordsForManyCanBeOthers(count: Int, words: String) {
        #expect(Plural.count(count, "row is", "rows are") == words)
    }
}
