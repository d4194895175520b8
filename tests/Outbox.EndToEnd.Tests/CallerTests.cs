using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.EndToEnd.Tests;

public sealed class CallerTests : IAsyncLifetime
{
    private Receiver _receiver = null!;
    private Platform _platform = null!;

    private IWebhookCaller Caller => _platform.Services.GetRequiredService<IWebhookCaller>();

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _platform = await Platform.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_call_is_signed_as_a_delivery_is_and_brings_back_the_whole_answer()
    {
        var answer = $$"""{"slot":"10:30","notes":"{{new string('x', 50_000)}}"}""";
        _receiver.Answer("/fn", context => context.Response.WriteAsync(answer));

        var result = await Caller.InvokeAsync(Call());

        Assert.Equal((true, 200, null), (result.IsSuccess, result.StatusCode, result.Error));
        Assert.Equal(answer, Encoding.UTF8.GetString(result.Body.Span));
        var sent = await _receiver.NextAsync();
        Assert.True(new WebhookVerifier(WebhookProfile.Ttma, Platform.Secret).Verify(sent.Body, sent.Headers).IsValid);
        using var body = JsonDocument.Parse(sent.Body);
        Assert.Equal("+1", body.RootElement.GetProperty("data").GetProperty("number").GetString());
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_no_success()
    {
        _receiver.Answer("/fn", 422);

        var result = await Caller.InvokeAsync(Call());

        Assert.Equal((false, 422, null), (result.IsSuccess, result.StatusCode, result.Error));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_ends_at_the_deadline()
    {
        _receiver.Answer("/fn", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));

        var result = await Caller.InvokeAsync(Call() with { Timeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal((false, null, "timeout"), (result.IsSuccess, result.StatusCode, result.Error));
    }

    [Fact]
    public async Task A_body_that_does_not_end_is_incomplete_at_the_deadline()
    {
        _receiver.Answer("/fn", async context =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });

        var result = await Caller.InvokeAsync(Call() with { Timeout = TimeSpan.FromSeconds(1) });

        Assert.Equal((false, "answer_incomplete", 0), (result.IsSuccess, result.Error, result.Body.Length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_over_the_limit_is_an_error_whether_its_length_is_told_or_not(bool told)
    {
        _receiver.Answer("/fn", context =>
        {
            context.Response.ContentLength = told ? 2000 : null;
            return context.Response.WriteAsync(new string('x', 2000));
        });

        var result = await Caller.InvokeAsync(Call() with { MaxAnswerBytes = 1999 });

        Assert.Equal((false, 200, "answer_too_large", 0), (result.IsSuccess, result.StatusCode, result.Error, result.Body.Length));
    }

    [Fact]
    public async Task An_address_that_deliveries_may_not_reach_is_refused_for_calls_too()
    {
        await using var strict = await Platform.StartAsync(configure: options => options.Sending.AllowLocalReceivers = false);
        var caller = strict.Services.GetRequiredService<IWebhookCaller>();

        var address = await Assert.ThrowsAsync<WebhookValidationException>(() => caller.InvokeAsync(Call()));
        var name = await caller.InvokeAsync(Call() with { Url = "https://localhost.localdomain.test/" });

        Assert.Equal("url", address.Field);
        Assert.False(name.IsSuccess);
        Assert.Empty(_receiver.All);
    }

    [Fact]
    public async Task What_cannot_be_accepted_is_refused_before_anything_is_sent()
    {
        Assert.Equal("secret", (await RefusedAsync(Call() with { Secret = null })).Field);
        Assert.Equal("profile", (await RefusedAsync(Call() with { Profile = "tmta" })).Field);
        Assert.Equal("timeout", (await RefusedAsync(Call() with { Timeout = TimeSpan.Zero })).Field);
        Assert.Equal("maxAnswerBytes", (await RefusedAsync(Call() with { MaxAnswerBytes = 0 })).Field);
        Assert.Empty(_receiver.All);
    }

    private Task<WebhookValidationException> RefusedAsync(WebhookCall call) => Assert.ThrowsAsync<WebhookValidationException>(() => Caller.InvokeAsync(call));

    private WebhookCall Call() => new()
    {
        Url = _receiver.Url("/fn"),
        Event = WebhookEvent.FromJson("function.call", """{"number":"+1"}"""),
        Profile = "ttma",
        Secret = Platform.Secret,
    };
}
