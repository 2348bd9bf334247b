/// Writes Markdown while HTML is read.
struct MarkdownBuilder {
    private static let deepestList = 8

    private var output = ""
    /// Line ends that come before the next text.
    private var breaks = 0
    private var hasSpace = false
    /// A list for each that is open: the number of its next item, nil for one of bullets.
    private var lists: [Int?] = []
    /// Where the text of the open link begins, in octets, and where it leads.
    private var link: (start: Int, target: String)?
    /// A heading's marks, which wait for its text.
    private var heading = ""
    /// Marks of bold and italics that wait for their text, and those that stand already.
    private var waiting: [String] = []
    private var open: [String] = []
    private var isAtItem = false

    mutating func text(_ text: String) {
        for character in text {
            if character.isWhitespace {
                if !isAtStart { hasSpace = true }
                continue
            }
            begin()
            if #"\*[<`"#.contains(character) || (isAtLineStart && "#>+-".contains(character)) { output.append("\\") }
            output.append(character)
        }
    }

    mutating func tag(_ tag: HTMLTag) {
        switch tag.name {
        case "br": breaks = min(breaks + 1, 2)
        case "p", "div", "blockquote", "table", "section", "article": block(tag.name == "div" ? 1 : 2)
        case "tr": block(1)
        case "h1", "h2", "h3", "h4", "h5", "h6":
            block(2)
            if !tag.isEnd { heading = String(repeating: "#", count: Int(tag.name.dropFirst()) ?? 1) + " " }
        case "ul", "ol":
            if tag.isEnd { _ = lists.popLast() }
            block(lists.isEmpty ? 2 : 1)
            if !tag.isEnd, lists.count < Self.deepestList {
                lists.append(tag.name == "ol" ? 1 : nil)
            }
        case "li": if tag.isEnd { block(1) } else { item() }
        case "b", "strong": emphasis("**", tag.isEnd)
        case "i", "em": emphasis("*", tag.isEnd)
        case "a": if tag.isEnd { endLink() } else { beginLink(tag.href) }
        default: break
        }
    }

    mutating func end() -> String {
        endLink()
        closeMarks()
        return output
    }

    private var isAtStart: Bool { output.isEmpty || breaks > 0 }
    private var isAtLineStart: Bool { output.isEmpty || output.last == "\n" }

    /// No link, bold or italics goes over a paragraph's end.
    private mutating func block(_ count: Int) {
        endLink()
        closeMarks()
        if !output.isEmpty { breaks = max(breaks, count) }
        hasSpace = false
        heading = ""
    }

    private mutating func closeMarks() {
        output += open.reversed().joined()
        (open, waiting) = ([], [])
    }

    private mutating func item() {
        block(1)
        isAtItem = true
    }

    /// Writes what stands before the next text.
    private mutating func begin() {
        if breaks > 0, !output.isEmpty {
            output += String(repeating: "\n", count: breaks)
        } else if hasSpace, !output.isEmpty {
            output.append(" ")
        }
        (breaks, hasSpace) = (0, false)
        if isAtItem {
            isAtItem = false
            output += String(repeating: "  ", count: max(lists.count - 1, 0))
            if let number = lists.last ?? nil {
                output += "\(number). "
                lists[lists.count - 1] = number + 1
            } else {
                output += "- "
            }
        }
        output += heading + waiting.joined()
        open += waiting
        (heading, waiting) = ("", [])
    }

    private mutating func emphasis(_ mark: String, _ isEnd: Bool) {
        if !isEnd {
            if !open.contains(mark), !waiting.contains(mark) { waiting.append(mark) }
        } else if let index = waiting.lastIndex(of: mark) {
            // Nothing stood between.
            waiting.remove(at: index)
        } else if open.last == mark {
            output += mark
            open.removeLast()
        }
    }

    private mutating func beginLink(_ href: String?) {
        endLink()
        guard let href, Self.isSafe(href) else { return }
        begin()
        link = (output.utf8.count, href)
    }

    private mutating func endLink() {
        guard let (start, target) = link else { return }
        link = nil
        let index = output.utf8.index(output.startIndex, offsetBy: start)
        let text = String(output[index...])
        output.removeSubrange(index...)
        let isSame = text.isEmpty || text == target || target == "mailto:" + text
        output += isSame ? (text.isEmpty ? target : text) : "[" + text.replacing("]", with: "\\]") + "](" + target + ")"
    }

    /// What leads to a page or to mail, and cannot end the parentheses around it.
    private static func isSafe(_ href: String) -> Bool {
        let lower = href.lowercased()
        return ["https://", "http://", "mailto:", "tel:"].contains { lower.hasPrefix($0) }
            && href.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7f && !"()<>".unicodeScalars.contains($0)
            }
    }
}
