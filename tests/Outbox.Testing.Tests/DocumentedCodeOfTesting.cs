using Microsoft.Extensions.DependencyInjection;

namespace Outbox.Testing.Tests;

/// <summary>The code of docs/testing.md, compiled and run.</summary>
public sealed class DocumentedCodeOfTesting
{
    [Fact]
    public async Task The_pages_own_tests_pass()
    {
        var services = new ServiceCollection();
        services.AddWebhookOutbox().UseTestbed();
        await using var provider = services.BuildServiceProvider();
        await using var testbed = await provider.StartTestbedAsync();
        var outbox = provider.GetRequiredService<IWebhookOutbox>();
        await AssertWhatWasSentAsync(outbox, testbed);
        await AssertARetryAsync(outbox, testbed);
    }

    private static async Task AssertWhatWasSentAsync(IWebhookOutbox outbox, WebhookTestbed testbed)
    {
        await outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = "https://customer.example.com/hooks" });
        await outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { id = "call_1" }));
        await testbed.DrainAsync();

        var sent = testbed.ShouldHaveSentOne("call.ended");
        Assert.Equal("call_1", sent.Json.GetProperty("data").GetProperty("id").GetString());
    }

    private static async Task AssertARetryAsync(IWebhookOutbox outbox, WebhookTestbed testbed)
    {
        testbed.Answer("customer.example.com", 503, 200);
        await outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { id = "call_2" }));
        await testbed.DrainAsync();
        await testbed.DrainAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([503, 200], testbed.Sent.Where(request => request.Has("call_2")).Select(request => request.StatusCode));
    }
}
