using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Testing.Tests;

public sealed class TestbedTests : IAsyncLifetime
{
    private const string Secret = "a-signing-secret-of-at-least-32-characters";

    private ServiceProvider _services = null!;
    private WebhookTestbed _testbed = null!;

    private IWebhookOutbox Outbox => _services.GetRequiredService<IWebhookOutbox>();

    public async Task InitializeAsync()
    {
        var services = new ServiceCollection();
        services.AddWebhookOutbox().UseTestbed();
        _services = services.BuildServiceProvider();
        _testbed = await _services.StartTestbedAsync();
        await Outbox.Endpoints.PutAsync(new WebhookEndpoint { Scope = WebhookScope.All, Url = "https://customer.example.com/hooks", Profile = "ttma", Secret = Secret });
    }

    public async Task DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public async Task What_was_sent_is_what_a_receiver_would_verify()
    {
        await EndAsync("call_1");
        await _testbed.DrainAsync();

        var sent = _testbed.ShouldHaveSentOne("call_1");
        var verifier = new WebhookVerifier(WebhookProfile.Ttma, [Secret], _testbed.Clock);
        Assert.True(verifier.Verify(sent.Body.Span, sent.Headers).IsValid);
        Assert.Equal("call.ended", sent.Json.GetProperty("event").GetString());
        Assert.Equal(new Uri("https://customer.example.com/hooks"), sent.Url);
    }

    [Fact]
    public async Task A_retry_waits_for_the_tests_clock()
    {
        _testbed.Answer("customer.example.com", 503, 200);
        var delivery = await EndAsync("call_1");

        await _testbed.DrainAsync();
        Assert.Equal([503], _testbed.Sent.Select(sent => sent.StatusCode));

        await _testbed.DrainAfterAsync(TimeSpan.FromMinutes(2));
        Assert.Equal([503, 200], _testbed.Sent.Select(sent => sent.StatusCode));
        Assert.Equal(DeliveryStatus.Delivered, (await Outbox.Deliveries.GetAsync(delivery))!.Status);
    }

    [Fact]
    public async Task A_schedule_of_hours_is_exhausted_in_no_time()
    {
        _testbed.Answer("customer.example.com", 500);
        var delivery = await EndAsync("call_1");

        for (var i = 0; i < 8; i++)
        {
            await _testbed.DrainAfterAsync(TimeSpan.FromHours(5));
        }

        Assert.Equal(DeliveryStatus.Exhausted, (await Outbox.Deliveries.GetAsync(delivery))!.Status);
        Assert.Equal(WebhookProfile.Ttma.Retries.MaximumTries, _testbed.Sent.Count);
    }

    [Fact]
    public void Assertions_that_fail_list_what_was_sent()
    {
        _testbed.ShouldHaveSentNothing();

        var none = Assert.Throws<WebhookAssertionException>(() => _testbed.ShouldHaveSentOne("call.ended"));

        Assert.Contains("nothing", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_too_many_is_named_with_its_body()
    {
        await EndAsync("call_1");
        await _testbed.DrainAsync();

        var some = Assert.Throws<WebhookAssertionException>(_testbed.ShouldHaveSentNothing);

        Assert.Contains("POST https://customer.example.com/hooks -> 200", some.Message, StringComparison.Ordinal);
        Assert.Contains("call_1", some.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_without_a_testbed_are_told_what_to_call()
    {
        await using var provider = new ServiceCollection().BuildServiceProvider();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => provider.StartTestbedAsync());

        Assert.Contains("UseTestbed()", error.Message, StringComparison.Ordinal);
    }

    private async Task<string> EndAsync(string call) =>
        (await Outbox.EnqueueInOwnTransactionAsync(WebhookEvent.FromJson("call.ended", $$"""{"id":"{{call}}"}"""))).DeliveryIds.Single();
}
