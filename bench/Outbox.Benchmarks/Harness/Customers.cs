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
        await using var connection = await host.Database.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        for (var i = first; i < first + count; i++)
        {
            await host.Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = ScopeOf(i), Url = url(i), Secret = Secret }, transaction);
        }

        await transaction.CommitAsync();
    }
}
