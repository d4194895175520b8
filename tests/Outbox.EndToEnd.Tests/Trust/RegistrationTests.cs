using Dapper;

namespace Outbox.EndToEnd.Tests.Trust;

public sealed class RegistrationTests
{
    private static readonly Action<WebhookOutboxOptions> Strict = options =>
    {
        options.Dispatch = false;
        options.Sending.AllowLocalReceivers = false;
    };

    [Theory]
    [InlineData("https://not-there-yet.example/hook", "https://not-there-yet.example/hook")]
    [InlineData("HTTPS://Hooks.B\u00fccher.Example.:443/a/../b?q=\u00fc", "https://hooks.xn--bcher-kva.example/b?q=%C3%BC")]
    public async Task A_name_that_does_not_resolve_yet_is_accepted_and_the_canonical_form_is_what_is_stored(string raw, string canonical)
    {
        await using var platform = await Platform.StartAsync(configure: Strict);

        var endpoint = (await platform.ListenAsync(raw)).Endpoint;

        await using var connection = await platform.ConnectAsync();
        Assert.Equal(canonical, endpoint.Url);
        Assert.Equal(canonical, await connection.ExecuteScalarAsync<string>("SELECT url FROM outbox_endpoint"));
    }

    [Fact]
    public async Task A_generated_secret_is_32_bytes_that_nobody_else_has_and_is_told_once()
    {
        await using var platform = await Platform.StartAsync(configure: Strict);

        var secrets = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            var registration = await platform.ListenAsync($"https://hooks.example/{i}", "standard", secret: null);
            secrets.Add(registration.GeneratedSecret!);
            secrets.Add((await platform.Outbox.Endpoints.RotateSecretAsync(registration.Endpoint.Id))!.GeneratedSecret!);
        }

        Assert.All(secrets, secret => Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length));
        Assert.Equal(secrets.Count, secrets.Distinct(StringComparer.Ordinal).Count());
        Assert.All(await platform.Outbox.Endpoints.ListAsync(), endpoint => Assert.Equal(4, endpoint.SecretHint?.Length));
    }

    [Theory]
    [InlineData("http://hooks.example/")]
    [InlineData("https://127.0.0.1/secret-path")]
    [InlineData("https://2130706433/secret-path")]
    [InlineData("https://\uff11\uff12\uff17.0.0.1/secret-path")]
    [InlineData("https://169.254.169.254./secret-path")]
    [InlineData("https://[::ffff:10.0.0.1]/secret-path")]
    [InlineData("https://user:secret-path@hooks.example/")]
    [InlineData("https://hooks.example:8443/secret-path")]
    [InlineData("https://hooks.example/secret-path\r\nHost: evil")]
    [InlineData("https://\u00AD/secret-path")]
    [InlineData("https://localhost/secret-path")]
    [InlineData("file:///secret-path")]
    public async Task What_cannot_be_sent_to_is_refused_when_it_is_put_whatever_the_rest_and_its_path_is_not_told(string url)
    {
        await using var platform = await Platform.StartAsync(configure: Strict);
        var before = (await platform.ListenAsync("https://hooks.example/")).Endpoint;

        var refused = await Assert.ThrowsAsync<WebhookValidationException>(() => platform.ListenAsync(url));
        var moved = await Assert.ThrowsAsync<WebhookValidationException>(() => platform.Outbox.Endpoints.PutAsync(
            new WebhookEndpoint { Id = before.Id, Scope = WebhookScope.All, Url = url, Profile = "quick" }));

        Assert.Equal(("url", "url"), (refused.Field, moved.Field));
        Assert.DoesNotContain("secret-path", refused.Message, StringComparison.Ordinal);
        Assert.Equal("https://hooks.example/", (await platform.Outbox.Endpoints.ListAsync()).Single().Url);
    }
}
