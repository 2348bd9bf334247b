/// The known name that a misspelt one most likely stands for, nil when none is near.
///
/// Near means: few insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
func nearestName(_ name: String, among known: [String]) -> String? {
    let bytes = Array(name.utf8.prefix(64))
    let ranked = known.map { (name: $0, distance: alignment(bytes, Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= max(1, best.name.utf8.count / 4)
    else { return nil }
    return best.name
}

private func alignment(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
