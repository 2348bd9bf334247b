/// Everything of Luma's that is offered, one row for each operation.
package enum Surfaces {
    package static let all: [Surface] = []
}
