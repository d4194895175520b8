using System.Globalization;

namespace Outbox.Benchmarks.Harness;

/// <summary>The customers' endpoints: numbered, each listening to a phone number of its own.</summary>
internal static class Customers
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    public static WebhookScope ScopeOf(int endpoint) => WebhookScope.Number(string.Create(CultureInfo.InvariantCulture, $"+1647{endpoint:D7}"));

    /// <summary>Registers endpoints number <paramref name="first"/> and on, in one transaction.</summary>
    public static async Task RegisterAsync(OutboxHost host, int first, int count, Func<int, string> url)
    {
        await using var client = await host.ConnectAsync();
        await client.CommitEndpointsAsync(Enumerable.Range(first, count).Select(i => new WebhookEndpoint { Scope = ScopeOf(i), Url = url(i), Secret = Secret }));
    }
}
