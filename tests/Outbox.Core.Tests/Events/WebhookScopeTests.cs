namespace Outbox.Tests.Events;

public sealed class WebhookScopeTests
{
    [Theory]
    [InlineData("+16473705600", "number:+16473705600")]
    [InlineData("number:1001", "number:1001")]
    [InlineData("campaign:spring", "campaign:spring")]
    [InlineData("call:a:b", "call:a:b")]
    [InlineData("tenant:org_1", "tenant:org_1")]
    [InlineData("all", "all")]
    public void A_scope_is_read_from_its_text(string text, string expected) => Assert.Equal(expected, WebhookScope.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("6473705600")]
    [InlineData("phone:+1")]
    [InlineData("ALL")]
    public void Another_text_is_refused_with_the_forms_that_exist(string text)
    {
        var refusal = Assert.Throws<WebhookValidationException>(() => WebhookScope.Parse(text));

        Assert.Equal("scope", refusal.Field);
        Assert.Contains($"'{text}'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("campaign:<id>", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("number:")]
    [InlineData("call: ")]
    [InlineData("call:a\nb")]
    public void A_scope_without_a_printable_value_is_refused(string text) =>
        Assert.Throws<WebhookValidationException>(() => WebhookScope.Parse(text));

    [Theory]
    [InlineData("number")]
    [InlineData("campaign")]
    [InlineData("call")]
    [InlineData("tenant")]
    public void A_scope_without_a_value_names_the_kind_that_was_meant_and_no_other(string kind)
    {
        var refusal = Assert.Throws<WebhookValidationException>(() => WebhookScope.Parse($"{kind}:"));

        Assert.Equal($"A {kind} scope needs the {kind} after '{kind}:', without control characters.", refusal.Message);
    }

    [Fact]
    public void A_scope_longer_than_the_limit_is_refused() =>
        Assert.Contains("256", Assert.Throws<WebhookValidationException>(() => WebhookScope.Call(new string('x', 300))).Message, StringComparison.Ordinal);
}
