namespace Outbox.Crash.Child;

/// <summary>The places where a host is most vulnerable. At the one that was ordered the child says so, and waits there to be killed.</summary>
internal sealed class KillPoints(ChildOrders orders)
{
    public const string BeforeCommit = "before-commit";
    public const string AfterCommit = "after-commit";
    public const string AfterClaim = "after-claim";
    public const string BeforeSend = "before-send";
    public const string AfterSend = "after-send";
    public const string BeforeSettle = "before-settle";
    public const string AfterSettle = "after-settle";

    public static readonly IReadOnlyList<string> AroundTheStore = [BeforeCommit, AfterCommit, BeforeSend, AfterSend];
    public static readonly IReadOnlyList<string> InTheStore = [AfterClaim, BeforeSettle, AfterSettle];

    private int _occurrences;

    public async Task ReachAsync(string point)
    {
        if (string.Equals(point, orders.KillPoint, StringComparison.Ordinal) && Interlocked.Increment(ref _occurrences) == orders.Occurrence)
        {
            Console.WriteLine($"at {point}");
            await new TaskCompletionSource().Task;
        }
    }
}
