import torch

from mmseg_scr.classifiers import PlainClassifier


def test_returns_the_logits_and_adds_no_term_and_no_parameter():
    classifier, logits = PlainClassifier(), torch.randn(1, 3, 4, 5)
    features, weight = torch.randn(1, 8, 4, 5), torch.randn(3, 8, 1, 1)
    assert classifier(features, logits, weight) is logits
    labels = torch.zeros(1, 16, 20, dtype=torch.long)
    given = (features, logits, weight, logits, labels)
    assert classifier.training_terms(*given) == ({}, {})
    assert not list(classifier.parameters())
