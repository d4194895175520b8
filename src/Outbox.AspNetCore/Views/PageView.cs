using Outbox.Inspection;

namespace Outbox.AspNetCore.Views;

/// <summary>A page of a list.</summary>
internal sealed record PageView<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>A count that stops at a limit.</summary>
internal sealed record CountView(int Count, bool Capped)
{
    public static CountView Of(BoundedCount count) => new(count.Count, count.Capped);
}
